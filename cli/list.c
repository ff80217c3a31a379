/* popek list: the built-in ISAs, or the forms of one ISA. */
#include "../reports/reports.h"
#include "cli.h"

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
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

struct names {
    const char *names[64];
    char text[64][64];
    size_t count;
};

static void collect(void *context, const char *name, const char *path) {
    struct names *n = context;
    (void)path;
    if (n->count < 64) {
        (void)snprintf(n->text[n->count], sizeof n->text[0], "%s", name);
        n->names[n->count] = n->text[n->count];
        n->count++;
    }
}

static int list_builtin(const struct request *r) {
    struct names n = {.count = 0};
    visit_builtin_isas(collect, &n);
    struct output out;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    bool complete = r->json ? report_names_json(out.stream, n.names, n.count) : report_names_text(out.stream, n.names, n.count);
    return output_close(&out, complete);
}

int command_list(int argc, char **argv) {
    static const struct argp argp = {options, parse, "[ISA]", "Lists the built-in ISAs, or the instruction forms, modes and profiles of ISA.",
                                     NULL,    NULL,  NULL};
    struct request r = {NULL, NULL, false};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    if (r.isa == NULL) {
        return list_builtin(&r);
    }
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    const struct isa_options plain = {.only = NULL};
    struct isa *isa = load_isa(r.isa, &plain, &reader, &code);
    if (isa == NULL) {
        return code;
    }
    struct output out;
    code = EXIT_INTERNAL;
    if (output_open(&out, r.output)) {
        bool complete = r.json ? report_list_json(out.stream, isa) : report_list_text(out.stream, isa);
        code = output_close(&out, complete);
    }
    isa_free(isa);
    return code;
}
