/* Options about one ISA, and loading it. */
#include "subject.h"

#include "arguments.h"

error_t parse_subject(int key, char *argument, struct argp_state *state, struct subject *s) {
    switch (key) {
    case 'i':
        s->instruction = argument;
        return 0;
    case 'm':
        s->mode = argument;
        return 0;
    default:
        return key == ARGP_KEY_NO_ARGS ? ARGP_ERR_UNKNOWN
                                       : argument_rest(key, argument, state, &(struct rest){"ISA", "", &s->isa, &s->output, &s->json});
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
