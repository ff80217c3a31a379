/* The options that classify and explain share, and what their names mean for an ISA. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_RESOURCE_LIMIT = 0x100, KEY_DROP };

static const struct argp_option options[] = {
    {"mode", 'm', "MODE", 0, "only this operating mode (all)", 0},
    {"profile", 'p', "PROFILE", 0, "which monitor asks (the first profile of the ISA)", 0},
    {"definition", 'd', "literal|repaired", 0, "the text of 1974, or with its two slips repaired (repaired)", 0},
    {"configuration", 'c', "best|K=V,...", 0, "values of the free bits, for example cr4.umip=1; best: what leaves the fewest holes (plain values)",
     0},
    {"output", 'o', "FILE", 0, "write the result there (standard output)", 0},
    {"resource-limit", KEY_RESOURCE_LIMIT, "N", 0, "solver steps for one query; what needs more is undecided", 0},
    {"drop-check", KEY_DROP, "FORM:N", OPTION_HIDDEN, "negative control: leave out trap point N of the form", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static bool parse_number(const char *text, unsigned *value) {
    char *end = NULL;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || n > 0xffffffffUL) {
        return false;
    }
    *value = (unsigned)n;
    return true;
}

static error_t parse_drop(struct selection *s, char *argument, struct argp_state *state) {
    char *colon = strrchr(argument, ':');
    if (colon == NULL || !parse_number(colon + 1, &s->drop_point)) {
        argp_error(state, "--drop-check needs FORM:N");
        return EINVAL;
    }
    *colon = '\0';
    s->drop_form = argument;
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct selection *s = state->input;
    switch (key) {
    case 'm':
        s->mode = argument;
        return 0;
    case 'p':
        s->profile = argument;
        return 0;
    case 'c':
        s->configuration = argument;
        return 0;
    case 'o':
        s->output = argument;
        return 0;
    case 'd':
        if (strcmp(argument, "literal") != 0 && strcmp(argument, "repaired") != 0) {
            argp_error(state, "unknown definition '%s'; there is: literal, repaired", argument);
        }
        s->definition = strcmp(argument, "literal") == 0 ? DEFINITION_LITERAL : DEFINITION_REPAIRED;
        return 0;
    case KEY_RESOURCE_LIMIT:
        if (!parse_number(argument, &s->resource_limit) || s->resource_limit == 0) {
            argp_error(state, "--resource-limit needs a number from 1 to 4294967295, not '%s'", argument);
        }
        return 0;
    case KEY_DROP:
        return parse_drop(s, argument, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp selection_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

struct free_bits {
    const struct isa *isa;
    const struct profile *profile;
};
static const char *free_bit_name_at(const void *context, size_t i) {
    const struct free_bits *f = context;
    return f->isa->leaves[f->profile->free_bits[i].leaf].name;
}

/* One K=V of a configuration; `length` characters at `text`. */
static bool set_free_bit(const struct free_bits *f, const char *text, size_t length, unsigned *bits) {
    const char *equal = memchr(text, '=', length);
    size_t name_length = equal == NULL ? length : (size_t)(equal - text);
    if (equal == NULL || length != name_length + 2 || (equal[1] != '0' && equal[1] != '1')) {
        complain("--configuration needs 'best' or a list of NAME=0 or NAME=1, not '%.*s'", (int)length, text);
        return false;
    }
    for (size_t i = 0; i < f->profile->free_bit_count; i++) {
        const char *name = free_bit_name_at(f, i);
        if (strlen(name) == name_length && strncmp(name, text, name_length) == 0) {
            *bits = equal[1] == '1' ? *bits | 1u << i : *bits & ~(1u << i);
            return true;
        }
    }
    char *copy = strndup(text, name_length);
    complain_unknown("free bit", copy == NULL ? "" : copy, free_bit_name_at, f, f->profile->free_bit_count);
    free(copy);
    return false;
}

static bool parse_configuration(const char *text, const struct isa *isa, struct classify_options *o) {
    const struct profile *profile = profile_in(isa, o->profile, 0);
    const struct free_bits f = {isa, profile};
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        o->configuration |= profile->free_bits[i].plain != 0 ? 1u << i : 0u;
    }
    if (text == NULL || strcmp(text, "plain") == 0) {
        return true;
    }
    if (strcmp(text, "best") == 0) {
        o->best = true;
        return true;
    }
    for (;;) {
        size_t length = strcspn(text, ",");
        if (!set_free_bit(&f, text, length, &o->configuration)) {
            return false;
        }
        if (text[length] == '\0') {
            return true;
        }
        text += length + 1;
    }
}

bool names_event(const struct isa *isa, const char *name) {
    bool found = false;
    for (size_t i = isa->form_count; i < isa->form_count + isa->event_count; i++) {
        found = found || form_is_named(isa->forms[i].instruction, isa->forms[i].text, name);
    }
    return found;
}

bool resolve_instruction(const struct isa *isa, const char *name, const char *mode_name, int mode) {
    bool known = false;
    for (size_t i = 0; i < isa->form_count; i++) {
        if (form_is_named(isa->forms[i].instruction, isa->forms[i].text, name)) {
            known = true;
            if (mode < 0 || (isa->forms[i].modes >> mode & 1) != 0) {
                return true;
            }
        }
    }
    if (known) {
        complain("'%s' has no form in mode '%s'", name, mode_name);
    } else if (names_event(isa, name)) {
        complain("'%s' is an event: it happens without an instruction, and `popek emit --for handlers` alone knows it", name);
    } else {
        complain_unknown_instruction(isa, name);
    }
    return false;
}

struct isa_options selection_options(const struct selection *s, const char *instruction) {
    return (struct isa_options){
        .only = instruction, .drop_instruction = s->drop_form, .drop_points = s->drop_point == 0 ? 0 : (uint64_t)1 << (s->drop_point - 1)};
}

bool resolve_selection(const struct selection *s, const struct isa *isa, const char *instruction, struct classify_options *o) {
    *o = (struct classify_options){.mode = -1, .definition = s->definition, .instruction = instruction, .resource_limit = s->resource_limit};
    if (isa->profile_count == 0) {
        complain("the ISA has no profile, so there is nobody to ask for");
        return false;
    }
    int profile = s->profile == NULL ? 0 : isa_find_profile(isa, s->profile);
    if (profile < 0) {
        complain_unknown_profile(isa, s->profile);
        return false;
    }
    o->profile = (unsigned)profile;
    o->mode = s->mode == NULL ? -1 : isa_find_mode(isa, s->mode);
    if (s->mode != NULL && o->mode < 0) {
        complain_unknown_mode(isa, s->mode);
        return false;
    }
    return parse_configuration(s->configuration, isa, o) && (instruction == NULL || resolve_instruction(isa, instruction, s->mode, o->mode));
}
