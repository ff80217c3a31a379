/* popek list: the built-in ISAs, or the forms of one ISA. */
#include "../reports/reports.h"
#include "subject.h"

#include <string.h>

static const struct argp_option options[] = {
    {"format", 'f', "text|json", 0, "what to write (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) { return parse_subject(key, argument, state, state->input); }

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

static int list_builtin(const struct subject *s) {
    struct names n = {.count = 0};
    visit_builtin_isas(collect, &n);
    struct output out;
    if (!output_open(&out, s->output)) {
        return EXIT_INTERNAL;
    }
    bool complete = s->json ? report_names_json(out.stream, n.names, n.count) : report_names_text(out.stream, n.names, n.count);
    return output_close(&out, complete);
}

static int list_forms(const void *request, struct isa *isa, const struct source_reader *reader) {
    const struct subject *s = request;
    struct output out;
    (void)reader;
    if (!output_open(&out, s->output)) {
        return EXIT_INTERNAL;
    }
    return output_close(&out, s->json ? report_list_json(out.stream, isa) : report_list_text(out.stream, isa));
}

int command_list(int argc, char **argv) {
    static const struct argp argp = {options, parse, "[ISA]", "Lists the built-in ISAs, or the instruction forms, modes and profiles of ISA.",
                                     NULL,    NULL,  NULL};
    struct subject s = {.json = false};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &s);
    const struct isa_options plain = {.only = NULL};
    return s.isa == NULL ? list_builtin(&s) : with_isa(s.isa, &plain, list_forms, &s);
}
