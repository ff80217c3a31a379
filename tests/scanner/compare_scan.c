/* The scanner against Capstone over binaries of this machine; exit code 1 when a difference is not explained in disagreements.txt. */
#include "compare_sweeps.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Both ways to a site are compared: the sweep's boundaries here, and how many sites popek scan itself reports. */
static bool compare(struct sweep_comparison *c, const char *path) {
    struct stat s;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &s) != 0 || !S_ISREG(s.st_mode) || s.st_size == 0) {
        (void)(file >= 0 && close(file));
        return false;
    }
    size_t size = (size_t)s.st_size;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    (void)close(file);
    if (bytes == MAP_FAILED) {
        return false;
    }
    size_t before = c->sites + c->ours_alone;
    bool good = comparison_run(c, path, bytes, size);
    if (good) {
        struct scan_result r = scan_bytes(&c->filter.table->question, path, bytes, size);
        size_t found = r.binary_count == 1 ? r.binaries[0].site_count : 0;
        if (found != c->sites + c->ours_alone - before) {
            (void)fprintf(stderr, "%s: the scan has %zu sites, its sweep %zu\n", path, found, c->sites + c->ours_alone - before);
            c->unexplained++;
        }
        scan_result_free(&r);
    }
    (void)munmap(bytes, size);
    return good;
}

int main(int argc, char **argv) {
    struct class_table table;
    static struct sweep_comparison c;
    size_t count = 0;
    if (argc < 5) {
        (void)fputs("usage: compare_scan TABLES.isa NAMES.txt DISAGREEMENTS.txt FILE...\n", stderr);
        return 2;
    }
    bool good = class_table_make(&table, argv[1]);
    if (good && !comparison_open(&c, &table, argv[2], argv[3])) {
        (void)fputs("the names or the disagreements cannot be read\n", stderr);
        good = false;
    }
    for (int i = 4; good && i < argc; i++) {
        count += compare(&c, argv[i]) ? 1 : 0;
    }
    for (size_t i = 0; good && i < c.explanations.count; i++) {
        const struct explanation *row = &c.explanations.rows[i];
        if (row->used > 0) {
            (void)printf("%8zu  %s: %s\n", row->used, row->pattern, row->text);
        }
    }
    (void)printf("%zu binaries, %zu sites found by both, %zu by the scanner alone, %zu by Capstone alone, %zu unexplained\n", count, c.sites,
                 c.ours_alone, c.theirs_alone, c.unexplained);
    comparison_close(&c);
    class_table_free(&table);
    return good && count > 0 && c.unexplained == 0 ? 0 : 1;
}
