/* popek annotate: an assembler program with labels and room at the instructions that a monitor must care about. */
#include "annotate.h"

#include <string.h>

struct request {
    struct annotate_request annotate;
    const char *input, *output;
};

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->annotate;
        return 0;
    case 'o':
        r->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (r->input != NULL) {
            argp_error(state, "one file at a time; for several: popek annotate-cc gcc -c A.s B.s");
        }
        r->input = argument;
        return 0;
    case ARGP_KEY_END:
        if (r->input == NULL) {
            argp_error(state, "which program? for example: popek annotate entry.s -o annotated.s");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int run(const struct request *r) {
    struct annotate_result result;
    struct output out;
    int code = annotate_file(&r->annotate, r->input, &result);
    if (code == EXIT_FINE || code == EXIT_FINDINGS) {
        if (!output_open(&out, r->output)) {
            code = EXIT_INTERNAL;
        } else {
            int written = output_close(&out, fwrite(result.text, 1, result.size, out.stream) == result.size);
            code = written == EXIT_FINE ? code : written;
        }
    }
    annotate_result_free(&result);
    return code;
}

int command_annotate(int argc, char **argv) {
    static const struct argp_child children[] = {{&annotate_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    static const struct argp argp = {
        options,
        parse,
        "IN.s",
        "Labels every sensitive instruction of a program for the GNU assembler in the section .popek.sites, and makes room for "
        "what popek rewrite puts there.\v"
        "The program is the same but for no-ops, and line n stays line n. What comes out is assembled and scanned: "
        "instructions that have no label are reported.\nExit code: 0 all have labels, 1 some have none, 3 bad input.",
        children,
        NULL,
        NULL};
    struct request r = {.input = NULL};
    annotate_defaults(&r.annotate);
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    int code = annotate_open(&r.annotate);
    if (code == EXIT_FINE) {
        code = run(&r);
    }
    annotate_close(&r.annotate);
    return code;
}
