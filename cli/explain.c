/* popek explain: one instruction, what it does, its class and why. */
#include "../reports/reports.h"
#include "subject.h"

#include <stdlib.h>
#include <string.h>

struct request {
    struct selection selection;
    const char *isa, *instruction;
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->selection;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) {
            r->isa = argument;
        } else if (state->arg_num == 1) {
            r->instruction = argument;
        } else {
            argp_error(state, "one instruction at a time; what is '%s'? (A form with blanks needs quotes)", argument);
        }
        return 0;
    case ARGP_KEY_END:
        if (r->instruction == NULL) {
            argp_error(state, "needs an ISA and the name of an instruction or form, for example: popek explain x86 SGDT");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int report(const struct request *r, const struct classification *c, const struct source_reader *reader) {
    struct output out;
    if (!output_open(&out, r->selection.output)) {
        return EXIT_INTERNAL;
    }
    bool complete = report_explain_text(out.stream, c, reader, output_coloured(&out));
    int code = output_close(&out, complete);
    for (size_t i = 0; i < c->verdict_count && code == EXIT_FINE; i++) {
        code = c->verdicts[i].class == VERDICT_UNDECIDED ? EXIT_UNDECIDED : EXIT_FINE;
    }
    return code;
}

static int run(const void *request, struct isa *isa, const struct source_reader *reader) {
    const struct request *r = request;
    struct classify_options o;
    if (!resolve_selection(&r->selection, isa, r->instruction, &o)) {
        return EXIT_USAGE;
    }
    int code = EXIT_INTERNAL;
    struct classification *c = decide_or_complain(isa, &o, &code);
    if (c == NULL) {
        return code;
    }
    code = report(r, c, reader);
    classification_free(c);
    return code;
}

int command_explain(int argc, char **argv) {
    static const struct argp_child children[] = {{&selection_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    static const struct argp argp = {NULL,
                                     parse,
                                     "ISA NAME",
                                     "Shows what the instruction or form NAME of ISA does, its class, why, and a witness.\v"
                                     "Exit codes: 0 fine, 2 bad usage, 3 bad input, 4 undecided, 70 internal error.",
                                     children,
                                     NULL,
                                     NULL};
    struct request r;
    memset(&r, 0, sizeof r);
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    const struct isa_options wanted = selection_options(&r.selection, r.instruction);
    return with_isa(r.isa, &wanted, run, &r);
}
