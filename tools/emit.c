/* Writes a machine as ACSL or C, its types, or a part of its table (K/N; also of its mutants), as `popek emit` does: popek itself contains the
 * monitor, which is built against this. A table can be that of one INSTRUCTION, and handlers are made for one; ACSL and C can call the machine NAME,
 * because one monitor is built against several machines.
 */
#include "emit.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    unsigned part = 0;
    unsigned parts = 0;
    bool mutants = argc >= 4 && sscanf(argv[2], "mutants-%u/%u", &part, &parts) == 2;    // NOLINT(cert-err34-c)
    bool table = mutants || (argc >= 4 && sscanf(argv[2], "%u/%u", &part, &parts) == 2); // NOLINT(cert-err34-c)
    static const char *const kinds[] = {"c", "acsl", "handlers", "handlers-table", "types", "handler"};
    size_t kind = 0;
    while (argc >= 4 && kind < sizeof kinds / sizeof kinds[0] && strcmp(argv[2], kinds[kind]) != 0) {
        kind++;
    }
    if (argc < 4 || argc > 5 || (!table && kind == sizeof kinds / sizeof kinds[0])) {
        (void)fputs("usage: emit ISA c|acsl|types|K/N|mutants-K/N|handlers|handlers-table|handler FILE [INSTRUCTION|NAME]\n", stderr);
        return 2;
    }
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.mutants = mutants, .only = argc == 5 && table ? argv[4] : NULL};
    char *messages = NULL;
    struct isa *isa = isa_load(argv[1], &reader, &options, &messages);
    if (isa == NULL) {
        (void)fputs(messages == NULL ? "out of memory\n" : messages, stderr);
        free(messages);
        return 3;
    }
    isa->name = argc == 5 && !table && kind < 2 ? argv[4] : isa->name;
    FILE *out = fopen(argv[3], "wb");
    char problem[200] = "";
    bool written = out != NULL && (table       ? emit_c_table(out, isa, -1, part, parts)
                                   : kind == 0 ? emit_c(out, isa, -1)
                                   : kind == 1 ? emit_acsl(out, isa, -1)
                                   : kind == 2 ? emit_handlers(out, isa, problem)
                                   : kind == 3 ? emit_handlers_table(out, isa, problem)
                                   : kind == 5 ? emit_handler_code(out, isa, argc == 5 ? argv[4] : "", problem)
                                               : emit_c_types(out, isa));
    written = out != NULL && fclose(out) == 0 && written;
    isa_free(isa);
    if (!written) {
        (void)fprintf(stderr, "emit: cannot write '%s' %s\n", argv[3], problem);
        return 3;
    }
    return 0;
}
