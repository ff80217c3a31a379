/* Writes a machine as ACSL or C, its types, or a part of its table (K/N; also of its mutants), as `popek emit` does: popek itself contains the
 * monitor, which is built against this.
 */
#include "emit.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    unsigned part = 0;
    unsigned parts = 0;
    bool mutants = argc >= 4 && sscanf(argv[2], "mutants-%u/%u", &part, &parts) == 2;    // NOLINT(cert-err34-c)
    bool table = mutants || (argc >= 4 && sscanf(argv[2], "%u/%u", &part, &parts) == 2); // NOLINT(cert-err34-c)
    if (argc < 4 || argc > 5 || (!table && strcmp(argv[2], "c") != 0 && strcmp(argv[2], "acsl") != 0 && strcmp(argv[2], "types") != 0)) {
        (void)fputs("usage: emit ISA c|acsl|types|K/N|mutants-K/N FILE [INSTRUCTION]\n", stderr);
        return 2;
    }
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.mutants = mutants, .only = argc == 5 ? argv[4] : NULL};
    char *messages = NULL;
    struct isa *isa = isa_load(argv[1], &reader, &options, &messages);
    if (isa == NULL) {
        (void)fputs(messages == NULL ? "out of memory\n" : messages, stderr);
        free(messages);
        return 3;
    }
    FILE *out = fopen(argv[3], "wb");
    bool written = out != NULL && (table                           ? emit_c_table(out, isa, -1, part, parts)
                                   : strcmp(argv[2], "c") == 0     ? emit_c(out, isa, -1)
                                   : strcmp(argv[2], "types") == 0 ? emit_c_types(out, isa)
                                                                   : emit_acsl(out, isa, -1));
    written = out != NULL && fclose(out) == 0 && written;
    isa_free(isa);
    if (!written) {
        (void)fprintf(stderr, "emit: cannot write '%s' %s\n", argv[3], problem);
        return 3;
    }
    return 0;
}
