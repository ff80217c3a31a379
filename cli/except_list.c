/* The option --except, and whether there are such instructions. */
#include "except_list.h"

#include <string.h>

enum { KEY_EXCEPT = 0x500 };

static const struct argp_option options[] = {
    {"except", KEY_EXCEPT, "INSTRUCTION", 0, "leave these alone (ENDBR64, ...); may be given several times", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct except_list *e = state->input;
    if (key != KEY_EXCEPT) {
        return ARGP_ERR_UNKNOWN;
    }
    if (e->count == MOST_EXCEPT) {
        argp_error(state, "at most %d --except", (int)MOST_EXCEPT);
    }
    e->names[e->count++] = argument;
    return 0;
}

const struct argp except_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

bool except_known(const struct except_list *e, const struct isa *isa) {
    for (size_t i = 0; i < e->count; i++) {
        size_t k = 0;
        while (k < isa->form_count && strcmp(isa->forms[k].instruction, e->names[i]) != 0) {
            k++;
        }
        if (k == isa->form_count) {
            complain_unknown_instruction(isa, e->names[i]);
            return false;
        }
    }
    return true;
}
