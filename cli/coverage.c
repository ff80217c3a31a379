/* popek coverage: accounts for every instruction that the disassembler knows. */
#include "../reports/reports.h"
#include "embedded.h"
#include "subject.h"

#include <stdlib.h>
#include <string.h>

static const struct argp_option options[] = {
    {"format", 'f', "text|json", 0, "what to write (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct subject *s = state->input;
    switch (key) {
    case ARGP_KEY_END:
        if (s->isa == NULL) {
            argp_error(state, "which ISA? x86, or a file that describes x86");
        }
        return 0;
    default:
        return parse_subject(key, argument, state, s);
    }
}

static int run(const void *request, struct isa *isa, const struct source_reader *reader) {
    const struct subject *s = request;
    (void)reader;
    const struct embedded_file *exceptions = embedded_find("capstone_names.txt");
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
    if (output_open(&out, s->output)) {
        bool complete = s->json ? report_coverage_json(out.stream, isa, c) : report_coverage_text(out.stream, isa, c);
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
    struct subject s = {.json = false};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &s);
    const struct isa_options plain = {.only = NULL};
    return with_isa(s.isa, &plain, run, &s);
}
