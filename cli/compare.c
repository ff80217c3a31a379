/* popek compare: the forms whose class or holes differ between profiles. */
#include "../reports/reports.h"
#include "subject.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };

struct request {
    struct subject subject;
    const char *profiles;
};

static const struct argp_option options[] = {
    {"profiles", 'p', "A,B,...", 0, "the monitors to compare, two to eight", 0},
    {"instruction", 'i', "NAME", 0, "only this instruction or form", 0},
    {"mode", 'm', "MODE", 0, "only this operating mode (all)", 0},
    {"format", 'f', "text|json", 0, "what to write (text)", 0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct request *r = state->input;
    switch (key) {
    case 'p':
        r->profiles = argument;
        return 0;
    case ARGP_KEY_END:
        if (r->subject.isa == NULL || r->profiles == NULL) {
            argp_error(state, "needs an ISA and --profiles A,B, for example: popek compare x86 --profiles ring_compression,umip_best");
        }
        return 0;
    default:
        return parse_subject(key, argument, state, &r->subject);
    }
}

/* Classifies under one profile; NULL after a message. */
static struct classification *decide_one(const struct request *r, const struct isa *isa, const char *profile, int *code) {
    const struct selection s = {.mode = r->subject.mode, .profile = profile, .definition = DEFINITION_REPAIRED};
    struct classify_options o;
    if (!resolve_selection(&s, isa, r->subject.instruction, &o)) {
        *code = EXIT_USAGE;
        return NULL;
    }
    return decide_or_complain(isa, &o, code);
}

static int write_comparison(const struct request *r, struct classification *const *list, size_t count) {
    struct output out;
    if (!output_open(&out, r->subject.output)) {
        return EXIT_INTERNAL;
    }
    bool complete = r->subject.json ? report_compare_json(out.stream, (const struct classification *const *)list, count)
                                    : report_compare_text(out.stream, (const struct classification *const *)list, count, output_coloured(&out));
    return output_close(&out, complete);
}

static int run(const void *request, struct isa *isa, const struct source_reader *reader) {
    const struct request *r = request;
    (void)reader;
    struct classification *list[MOST] = {NULL};
    size_t count = 0;
    int code = EXIT_FINE;
    char *names = strdup(r->profiles);
    char *rest = NULL;
    for (char *name = names == NULL ? NULL : strtok_r(names, ",", &rest); name != NULL && code == EXIT_FINE; name = strtok_r(NULL, ",", &rest)) {
        if (count == MOST) {
            complain("--profiles takes at most %d profiles", MOST);
            code = EXIT_USAGE;
            break;
        }
        list[count] = decide_one(r, isa, name, &code);
        count += list[count] != NULL ? 1 : 0;
    }
    free(names);
    if (code == EXIT_FINE && count < 2) {
        complain("--profiles needs at least two profiles");
        code = EXIT_USAGE;
    }
    if (code == EXIT_FINE) {
        code = write_comparison(r, list, count);
    }
    for (size_t i = 0; i < count; i++) {
        classification_free(list[i]);
    }
    return code;
}

int command_compare(int argc, char **argv) {
    static const struct argp argp = {options,
                                     parse,
                                     "ISA",
                                     "Shows the forms of ISA that have another class, or a hole in one and not in another, under several profiles.\v"
                                     "Exit codes: 0 fine, 2 bad usage, 3 bad input, 70 internal error.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct request r;
    memset(&r, 0, sizeof r);
    (void)argp_parse(&argp, argc, argv, 0, NULL, &r);
    const struct isa_options only = {.only = r.subject.instruction};
    return with_isa(r.subject.isa, &only, run, &r);
}
