/* Options about one ISA, and loading it. */
#include "subject.h"

error_t parse_subject(int key, char *argument, struct argp_state *state, struct subject *s) {
    switch (key) {
    case 'i':
        s->instruction = argument;
        return 0;
    case 'm':
        s->mode = argument;
        return 0;
    case 'o':
        s->output = argument;
        return 0;
    case 'f':
        s->json = parse_format(state, argument);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one ISA at a time; what is '%s'?", argument);
        }
        s->isa = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int with_isa(const char *name, const struct isa_options *options, isa_work *work, const void *request) {
    struct source_reader reader;
    int code = EXIT_INTERNAL;
    struct isa *isa = load_isa(name, options, &reader, &code);
    if (isa != NULL) {
        code = work(request, isa, &reader);
        isa_free(isa);
    }
    return code;
}
