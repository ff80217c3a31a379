/* Decides what direct execution does with each form of x86, and writes the table (direct/kind_table.h) that popek embeds. */
#include "../direct/kind_table.h"

#include "../classifier/classifier.h"

#include <stdlib.h>

static bool decide(const struct isa *isa, const char *mode_name, const char *profile_name, uint8_t *kinds) {
    int mode = isa_find_mode(isa, mode_name);
    int profile = isa_find_profile(isa, profile_name);
    struct classify_options o = {.mode = mode, .profile = (unsigned)profile};
    char *message = NULL;
    bool internal = false;
    if (mode < 0 || profile < 0) {
        return false;
    }
    const struct profile *p = profile_in(isa, (size_t)profile, 0);
    for (size_t i = 0; i < p->free_bit_count; i++) {
        o.configuration |= p->free_bits[i].plain != 0 ? 1u << i : 0u;
    }
    struct classification *c = classify(isa, &o, &message, &internal);
    bool good = c != NULL && direct_kinds(c, (unsigned)mode, kinds);
    if (!good) {
        (void)fprintf(stderr, "kinds: %s\n", message == NULL ? "out of memory" : message);
    }
    classification_free(c);
    free(message);
    return good;
}

int main(int argc, char **argv) {
    static const char *const modes[DIRECT_CODES] = {"protected", "protected16"};
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = NULL};
    char *messages = NULL;
    struct isa *isa = argc == 3 ? isa_load(argv[1], &reader, &options, &messages) : NULL;
    struct direct_kind_table t;
    if (isa == NULL) {
        (void)fputs(argc == 3 && messages != NULL ? messages : "usage: kinds ISA FILE\n", stderr);
        free(messages);
        return 2;
    }
    bool good = kind_table_make(&t, isa->form_count);
    for (unsigned code = 0; good && code < DIRECT_CODES; code++) {
        good = decide(isa, modes[code], "direct_execution", t.open[code]) && decide(isa, modes[code], "direct_execution_gated", t.gated[code]) &&
               direct_gates(isa, (unsigned)isa_find_mode(isa, modes[code]), t.gates[code]);
    }
    FILE *out = good ? fopen(argv[2], "wb") : NULL;
    good = out != NULL && kind_table_write(out, &t);
    good = out != NULL && fclose(out) == 0 && good;
    kind_table_free(&t);
    isa_free(isa);
    return good ? 0 : 3;
}
