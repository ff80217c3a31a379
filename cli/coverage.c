/* popek coverage: accounts for every instruction that the disassembler knows. */
#include "../reports/reports.h"
#include "cli.h"
#include "embedded.h"

#include <stdlib.h>
#include <string.h>

struct request {
    const char *isa, *output;
    bool json;
};

static const struct argp_option options[] = {
    {"format", 'f', "text|json", 0, "what to write (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'f':
        r->json = parse_format(state, argument);
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
    case ARGP_KEY_END:
        if (r->isa == NULL) {
            argp_error(state, "which ISA? x86, or a file that describes x86");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct embedded_file *find_exceptions(void) {
    for (size_t i = 0; i < embedded_file_count; i++) {
        if (strstr(embedded_files[i].path, "capstone_names.txt") != NULL) {
            return &embedded_files[i];
        }
    }
    return NULL;
}

static int run(const struct request *r, const struct isa *isa) {
    const struct embedded_file *exceptions = find_exceptions();
    char *message = NULL;
    struct coverage *c = coverage_make(isa, exceptions == NULL ? "" : exceptions->start,
                                       exceptions == NULL ? 0 : (size_t)(exceptions->end - exceptions->start), &message);
    if (c == NULL) {
        complain("%s", message == NULL ? "out of memory" : message);
        free(message);
        return EXIT_INTERNAL;
    }
    struct output out;
    int code = EXIT_INTERNAL;
    if (output_open(&out, r->output)) {
        bool complete = r->json ? report_coverage_json(out.stream, isa, c) : report_coverage_text(out.stream, isa, c);
        code = output_close(&out, complete);
    }
    for (size_t i = 0; i < c->row_count && code == EXIT_FINE; i++) {
        code = c->rows[i].kind == COVERAGE_UNACCOUNTED ? EXIT_FINDINGS : EXIT_FINE;
    }
    coverage_free(c);
    return code;
}

int command_coverage(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "ISA",
        "Accounts for every instruction that Capstone knows, and for those it lacks: exact, by template, or excluded with a reason.\v"
        "Exit codes: 0 all accounted for, 1 something is missing, 2 bad usage, 3 bad input, 70 internal error.",
        NULL,
        NULL,
        NULL};
    struct request r = {NULL, NULL, false};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    const struct isa_options plain = {.only = NULL};
    struct isa *isa = load_isa(r.isa, &plain, &reader, &code);
    if (isa == NULL) {
        return code;
    }
    code = run(&r, isa);
    isa_free(isa);
    return code;
}
