/* popek emit: an ISA as C, as ACSL, or as SMT-LIB 2. */
#include "cli.h"

#include "emit.h"

#include <string.h>

struct request {
    const char *isa, *output, *mode, *instruction;
    bool (*emit)(FILE *out, struct isa *isa, int mode);
    unsigned part, parts; /* of the table, when there are any */
};

static const struct argp_option options[] = {
    {"language", 'l', "c|types|acsl|smt2", 0, "what to write (c)", 0},
    {"table", 't', "K/N", 0, "C only: part K (0 to N) of a table of all forms behind one signature, see docs/emit.md", 0},
    {"mode", 'm', "MODE", 0, "only this operating mode (all)", 0},
    {"instruction", 'i', "NAME", 0, "only this instruction or form, of a built-in ISA", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static bool emit_types(FILE *out, struct isa *isa, int mode) {
    (void)mode; /* the state is that of all modes */
    return emit_c_types(out, isa);
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'l':
        r->emit = strcmp(argument, "c") == 0 ? emit_c : strcmp(argument, "acsl") == 0 ? emit_acsl : strcmp(argument, "smt2") == 0 ? emit_smt2 : NULL;
        r->emit = strcmp(argument, "types") == 0 ? emit_types : r->emit;
        if (r->emit == NULL) {
            argp_error(state, "unknown language '%s'; there is: c, types, acsl, smt2", argument);
        }
        return 0;
    case 't': {
        char end = '\0';
        bool good = sscanf(argument, "%u/%u%c", &r->part, &r->parts, &end) == 2; // NOLINT(cert-err34-c)
        if (!good || r->parts == 0 || r->part > r->parts) {
            argp_error(state, "'%s' is not K/N with K from 0 to N", argument);
        }
        return 0;
    }
    case 'm':
        r->mode = argument;
        return 0;
    case 'i':
        r->instruction = argument;
        return 0;
    case 'o':
        r->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one ISA at a time; what is '%s'?", argument);
        }
        r->isa = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which ISA?");
        return 0;
    case ARGP_KEY_END:
        if (r->parts != 0 && r->emit != emit_c) {
            argp_error(state, "a table is written in C only");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char *mode_name(const void *context, size_t i) { return ((const struct isa *)context)->modes[i].name; }

int command_emit(int argc, char **argv) {
    static const struct argp argp = {
        options, parse, "ISA", "Writes ISA as executable C, as ACSL for Frama-C, or as SMT-LIB 2, all from the same terms.", NULL, NULL, NULL};
    struct request r = {NULL, NULL, NULL, NULL, emit_c, 0, 0};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    const struct isa_options options_of_load = {.only = r.instruction};
    struct isa *isa = load_isa(r.isa, &options_of_load, &reader, &code);
    if (isa == NULL) {
        return code;
    }
    int mode = r.mode == NULL ? -1 : isa_find_mode(isa, r.mode);
    struct output out;
    code = EXIT_INTERNAL;
    if (r.mode != NULL && mode < 0) {
        complain_unknown("operating mode", r.mode, mode_name, isa, isa->mode_count);
        code = EXIT_USAGE;
    } else if (output_open(&out, r.output)) {
        bool complete = r.parts != 0 ? emit_c_table(out.stream, isa, mode, r.part, r.parts) : r.emit(out.stream, isa, mode);
        code = output_close(&out, complete);
    }
    isa_free(isa);
    return code;
}
