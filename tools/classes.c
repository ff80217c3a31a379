/* Writes the class tables of a profile (reports/class_table.h) under its plain and its best configuration, which popek embeds. */
#include "../reports/class_table.h"

#include <stdlib.h>

static bool write_table(FILE *out, const struct isa *isa, unsigned profile, bool best) {
    struct classify_options o = {.profile = profile, .mode = -1, .search = true, .best = best};
    const struct profile *p = profile_in(isa, profile, 0);
    char *message = NULL;
    bool internal = false;
    for (size_t i = 0; i < p->free_bit_count; i++) {
        o.configuration |= p->free_bits[i].plain != 0 ? 1u << i : 0u;
    }
    struct classification *c = classify(isa, &o, &message, &internal);
    bool good = c != NULL && class_table_write(out, c, best ? "best" : "plain");
    /* Without free bits there is one configuration. */
    good = good && (best || p->free_bit_count > 0 || class_table_write(out, c, "best"));
    if (!good) {
        (void)fprintf(stderr, "classes: %s\n", message == NULL ? "the table cannot be written" : message);
    }
    classification_free(c);
    free(message);
    return good && (best || p->free_bit_count == 0 || write_table(out, isa, profile, true));
}

int main(int argc, char **argv) {
    if (argc != 4) {
        (void)fputs("usage: classes ISA PROFILE FILE\n", stderr);
        return 2;
    }
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = NULL};
    char *messages = NULL;
    struct isa *isa = isa_load(argv[1], &reader, &options, &messages);
    int profile = isa == NULL ? -1 : isa_find_profile(isa, argv[2]);
    if (profile < 0) {
        (void)fputs(messages == NULL ? "classes: no such profile\n" : messages, stderr);
        free(messages);
        isa_free(isa);
        return 3;
    }
    FILE *out = fopen(argv[3], "wb");
    bool written = out != NULL && write_table(out, isa, (unsigned)profile, false);
    written = out != NULL && fclose(out) == 0 && written;
    isa_free(isa);
    return written ? 0 : 3;
}
