/* popek emit: an ISA as C, as ACSL, or as SMT-LIB 2. */
#include "subject.h"

#include "emit.h"

#include <string.h>

struct request {
    struct subject subject;
    bool (*emit)(FILE *out, struct isa *isa, int mode);
    unsigned part, parts; /* of the table, when there are any */
    bool handlers;
};

static const struct argp_option options[] = {
    {"language", 'l', "c|types|acsl|smt2", 0, "what to write (c)", 0},
    {"table", 't', "K/N", 0, "C only: part K (0 to N) of a table of all forms behind one signature, see docs/emit.md", 0},
    {"for", 'f', "handlers", 0,
     "ACSL: what the handlers of a monitor are proven against; C: the table that compares them, or with --instruction handlers; see docs/core.md", 0},
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
    case 'f':
        r->handlers = strcmp(argument, "handlers") == 0;
        if (!r->handlers) {
            argp_error(state, "emit for whom? '%s' is not 'handlers'", argument);
        }
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which ISA? for example: popek emit x86 --instruction SGDT --language c");
        return 0;
    case ARGP_KEY_END:
        if (r->parts != 0 && r->emit != emit_c) {
            argp_error(state, "a table is written in C only");
        }
        if (r->handlers && (r->emit == emit_smt2 || r->parts != 0 || r->subject.mode != NULL)) {
            argp_error(state, "for handlers there is ACSL and C, of all that the profile emulates");
        }
        if (r->handlers && r->subject.instruction != NULL && r->emit != emit_c) {
            argp_error(state, "the handlers of one instruction are written in C; ACSL is of all that the profile emulates");
        }
        return 0;
    default:
        return parse_subject(key, argument, state, &r->subject);
    }
}

/* Nothing is written when the ISA has no such profile. */
static int emit_for_handlers(const struct request *r, struct isa *isa) {
    char problem[200] = "";
    struct output out;
    if (!output_open(&out, r->subject.output)) {
        return EXIT_INTERNAL;
    }
    const char *instruction = r->subject.instruction;
    bool complete = r->emit == emit_acsl  ? emit_handlers(out.stream, isa, problem)
                    : instruction != NULL ? emit_handler_code(out.stream, isa, instruction, problem)
                                          : emit_handlers_table(out.stream, isa, problem);
    if (problem[0] != '\0') {
        output_abandon(&out);
        complain("%s", problem);
        return EXIT_INPUT;
    }
    return output_close(&out, complete);
}

static int run(const void *request, struct isa *isa, const struct source_reader *reader) {
    const struct request *r = request;
    int mode = r->subject.mode == NULL ? -1 : isa_find_mode(isa, r->subject.mode);
    struct output out;
    (void)reader;
    if (r->subject.mode != NULL && mode < 0) {
        complain_unknown_mode(isa, r->subject.mode);
        return EXIT_USAGE;
    }
    bool event = r->handlers && r->subject.instruction != NULL && names_event(isa, r->subject.instruction);
    if (r->subject.instruction != NULL && !event && !resolve_instruction(isa, r->subject.instruction, r->subject.mode, mode)) {
        return EXIT_USAGE;
    }
    if (r->handlers) {
        return emit_for_handlers(r, isa);
    }
    if (!output_open(&out, r->subject.output)) {
        return EXIT_INTERNAL;
    }
    return output_close(&out, r->parts != 0 ? emit_c_table(out.stream, isa, mode, r->part, r->parts) : r->emit(out.stream, isa, mode));
}

int command_emit(int argc, char **argv) {
    static const struct argp argp = {
        options, parse, "ISA", "Writes ISA as executable C, as ACSL for Frama-C, or as SMT-LIB 2, all from the same terms.", NULL, NULL, NULL};
    struct request r = {.emit = emit_c};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    const struct isa_options wanted = {.only = r.handlers ? NULL : r.subject.instruction};
    return with_isa(r.subject.isa, &wanted, run, &r);
}
