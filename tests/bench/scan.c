/* How fast the code of a library is scanned, beside Capstone with the same filter, in one run; processor time of one thread, the best of three. */
#include "../../scanner/image.h"
#include "../scanner/capstone_filter.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t = {0, 0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char *read_names(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;
    if (file != NULL) {
        (void)getdelim(&text, &size, '\0', file);
        (void)fclose(file);
    }
    return text;
}

static size_t sweep_with_capstone(csh handle, cs_insn *insn, struct capstone_filter *f, const struct image *image) {
    size_t sites = 0;
    for (size_t i = 0; i < image->section_count; i++) {
        const uint8_t *code = image->sections[i].code;
        size_t left = image->sections[i].size;
        uint64_t address = image->sections[i].address;
        while (left > 0) {
            if (cs_disasm_iter(handle, &code, &left, &address, insn)) {
                sites += f != NULL && capstone_is_site(f, insn) ? 1 : 0;
            } else {
                code++, left--, address++;
            }
        }
    }
    return sites;
}

/* Seconds of processor time of a shell command; negative when it fails. */
static double run_shell(const char *command) {
    struct rusage before, after;
    (void)getrusage(RUSAGE_CHILDREN, &before);
    if (system(command) != 0) { // NOLINT(cert-env33-c)
        return -1;
    }
    (void)getrusage(RUSAGE_CHILDREN, &after);
    return (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
           (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
}

static double wall(void) {
    struct timespec t = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Half a unit of work that touches no memory: what two threads can gain at most on this machine at this moment. */
static void *half_unit(void *context) {
    volatile uint64_t *result = context;
    uint64_t x = 1;
    for (unsigned i = 0; i < 40000000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
    }
    *result = x;
    return NULL;
}

static void unit(unsigned threads) {
    uint64_t results[2];
    pthread_t other;
    bool started = threads == 2 && pthread_create(&other, NULL, half_unit, &results[1]) == 0;
    (void)half_unit(&results[0]);
    if (started) {
        (void)pthread_join(other, NULL);
    } else {
        (void)half_unit(&results[1]);
    }
}

/* The shortest of several runs: other work disturbs all. */
struct shortest {
    double seconds, processor;
};

static void take(struct shortest *s, double start, double before) {
    double processor = now() - before;
    double seconds = wall() - start;
    s->seconds = seconds < s->seconds ? seconds : s->seconds;
    s->processor = processor < s->processor ? processor : s->processor;
}

/* The same scan with one thread and with two, beside work that scales by itself, in turns. Wall clock says what a user gains, as far as both
 * processors are free, which the work beside it shows; processor time of both threads together says what there is to gain. */
static void measure_jobs(const struct class_table *t, const char *path) {
    enum { ROUNDS = 15 };
    struct shortest scan[2] = {{1e9, 1e9}, {1e9, 1e9}};
    struct shortest ideal[2] = {{1e9, 1e9}, {1e9, 1e9}};
    struct scan_question q = t->question;
    q.only_counts = true;
    for (unsigned round = 0; round < 2 * ROUNDS; round++) {
        q.jobs = 1 + round % 2;
        double start = wall();
        double before = now();
        unit(q.jobs);
        take(&ideal[round % 2], start, before);
        start = wall();
        before = now();
        struct scan_result r = scan_file(&q, path);
        take(&scan[round % 2], start, before);
        scan_result_free(&r);
    }
    double load[1] = {0};
    (void)getloadavg(load, 1);
    double gain = scan[0].seconds / scan[1].seconds;
    double possible = ideal[0].seconds / ideal[1].seconds;
    (void)printf(
        "two threads             %8.2f times one, wall clock; a loop without memory %.2f times, so %.0f %% of what the machine gives (load %.1f)\n",
        gain, possible, 100 * gain / possible, load[0]);
    (void)printf("                        %8.2f times the processor time of one\n", scan[1].processor / scan[0].processor);
}

/* Memory that is not the file's own pages, in kB; 0 where the system does not say. */
static unsigned long anonymous_memory(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long found = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        found = strncmp(line, "RssAnon:", 8) == 0 ? strtoul(line + 8, NULL, 10) : found;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

/* What a scan holds at its end, which is its most: of the first megabyte of the code, and of all of it. */
static void measure_memory(const struct class_table *t, const struct image *image) {
    struct scan_question q = t->question;
    const struct image_section *code = &image->sections[0];
    for (size_t i = 1; i < image->section_count; i++) {
        code = image->sections[i].size > code->size ? &image->sections[i] : code;
    }
    const size_t sizes[2] = {code->size < 1000000 ? code->size : 1000000, code->size};
    q.raw = true;
    q.mode = MATCHER_LONG;
    for (unsigned i = 0; i < 2; i++) {
        unsigned long before = anonymous_memory();
        struct scan_result r = scan_bytes(&q, "code", code->code, sizes[i]);
        (void)printf("memory for %5.1f MB      %8ld kB beside the file\n", (double)sizes[i] / 1e6, (long)(anonymous_memory() - before));
        scan_result_free(&r);
    }
}

static void measure(const struct class_table *t, const struct image *image, struct capstone_filter *f, csh handle, const char *path) {
    double best = 1e9;
    size_t sites = 0;
    double megabytes = 0;
    char command[512];
    for (unsigned round = 0; round < 3; round++) {
        double start = now();
        struct scan_result r = scan_file(&t->question, path);
        best = now() - start < best ? now() - start : best;
        sites = r.binary_count > 0 ? r.binaries[0].site_count : 0;
        megabytes = r.binary_count > 0 ? (double)r.binaries[0].code_bytes / 1e6 : 0;
        scan_result_free(&r);
    }
    cs_insn *insn = cs_malloc(handle);
    double start = now();
    size_t theirs = sweep_with_capstone(handle, insn, f, image);
    double capstone = now() - start;
    start = now();
    (void)sweep_with_capstone(handle, insn, NULL, image);
    double alone = now() - start;
    cs_free(insn, 1);
    (void)snprintf(command, sizeof command, "objdump -d '%s' 2>/dev/null | grep -cE '\\b(cpuid|sgdt|sidt|sldt|str|smsw|pushf|popf)' >/dev/null",
                   path);
    double objdump = run_shell(command);
    (void)printf("%s, %.1f MB of code\n", path, megabytes);
    (void)printf("scan                    %8.1f MB/s, %zu sites\n", megabytes / best, sites);
    (void)printf("Capstone, same filter   %8.1f MB/s, %zu sites, ratio %.1f\n", megabytes / capstone, theirs, capstone / best);
    (void)printf("Capstone, no filter     %8.1f MB/s, ratio %.1f\n", megabytes / alone, alone / best);
    if (objdump > 0) {
        (void)printf("objdump -d | grep       %8.1f MB/s, ratio %.1f\n", megabytes / objdump, objdump / best);
    }
}

int main(int argc, char **argv) {
    struct class_table table;
    static struct capstone_filter filter;
    struct image image;
    struct stat s;
    csh handle = 0;
    int file = argc == 4 ? open(argv[3], O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0 || fstat(file, &s) != 0) {
        (void)fputs("usage: scan TABLES.isa NAMES.txt LIBRARY\n"
                    "with POPEK_ONLY_JOBS in the environment, only one thread against two\n",
                    stderr);
        return 2;
    }
    void *bytes = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    double start = now();
    if (bytes == MAP_FAILED || !class_table_make(&table, argv[1]) || cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
        return 3;
    }
    (void)printf("class table of one mode, not in the rates below: %.1f s\n", now() - start);
    filter.table = &table;
    filter.names = read_names(argv[2]);
    if (image_open(&image, &table.question, bytes, (size_t)s.st_size) == SCAN_FINE && filter.names != NULL) {
        if (getenv("POPEK_ONLY_JOBS") == NULL) {
            measure_memory(&table, &image);
            measure(&table, &image, &filter, handle, argv[3]);
        }
        measure_jobs(&table, argv[3]);
    }
    image_close(&image);
    (void)cs_close(&handle);
    (void)munmap(bytes, (size_t)s.st_size);
    (void)close(file);
    free((char *)(uintptr_t)filter.names);
    class_table_free(&table);
    return 0;
}
