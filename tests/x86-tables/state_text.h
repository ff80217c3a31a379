/* States of cases as text: components, elements of arrays and operands with their values, separated by blanks. */
#ifndef POPEK_TESTS_STATE_TEXT_H
#define POPEK_TESTS_STATE_TEXT_H

#include "../../isa-model/evaluate.h"
#include "../../isa-model/isa.h"

/* A form in the operating mode of the case. */
struct state_subject {
    const struct isa *isa;
    const struct form *form;
    const struct semantics *semantics;
};

struct state_assignment {
    symbol symbol;
    bool element;
    word128 index, value;
};

/* "name=value" or "name[index]=value"; false after a failed case. */
bool state_assignment(const struct state_subject *s, const char *text, struct state_assignment *a);
/* Sets all that the text names. What it does not name is 0. */
void state_set(const struct state_subject *s, const char *list, struct valuation *state);

#endif
