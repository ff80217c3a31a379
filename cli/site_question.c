/* Which instructions are sites: options, and what they name. */
#include "site_question.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_DROP = 0x200 };

static const struct argp_option options[] = {
    {"profile", 'p', "NAME", 0, "which monitor asks (the first profile of the ISA)", 0},
    {"configuration", 'c', "CONFIG", 0, "of the profile's free bits: plain, best (plain)", 0},
    {"isa", 'i', "ISA", 0, "the tables, or a file that describes x86 (x86)", 0},
    {"drop-form", KEY_DROP, "FORM", OPTION_HIDDEN, "negative control: leave the form out of the class table", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct site_question *s = state->input;
    switch (key) {
    case 'p':
        s->profile = argument;
        return 0;
    case 'c':
        if (strcmp(argument, "plain") != 0 && strcmp(argument, "best") != 0) {
            argp_error(state, "unknown configuration '%s'; there is: plain, best", argument);
        }
        s->configuration = argument;
        return 0;
    case 'i':
        s->isa_name = argument;
        return 0;
    case KEY_DROP:
        s->drop = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp site_question_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

int site_question_open(struct site_question *s, struct scan_question *q) {
    const struct isa_options no_semantics = {.only = ""};
    int code = EXIT_INTERNAL;
    s->matcher = load_with_matcher(s->isa_name, &no_semantics, &s->isa, &code);
    if (s->matcher == NULL) {
        return code;
    }
    s->profile = s->profile == NULL && s->isa->profile_count > 0 ? profile_in(s->isa, 0, 0)->name : s->profile;
    if (s->profile == NULL || isa_find_profile(s->isa, s->profile) < 0) {
        complain_unknown_profile(s->isa, s->profile == NULL ? "" : s->profile);
        code = EXIT_USAGE;
    } else {
        s->classes = scan_classes_new(&(struct scan_subject){s->isa_name, s->isa, s->profile, s->configuration, s->drop});
        code = s->classes == NULL ? EXIT_INTERNAL : EXIT_FINE;
        q->matcher = s->matcher;
        q->form_count = s->isa->form_count;
        q->forms = scan_classes_forms;
        q->transfers = scan_classes_transfers;
        q->footprints = scan_classes_footprints;
        q->context = s->classes;
    }
    return code;
}

void site_question_close(struct site_question *s) {
    scan_classes_free(s->classes);
    matcher_free(s->matcher);
    isa_free(s->isa);
}
