/* The components of witness states by name: what a report shows of them. */
#ifndef POPEK_STATES_H
#define POPEK_STATES_H

#include "../classifier/classifier.h"

/* One scalar, array element or operand. */
struct component {
    symbol symbol;
    const struct leaf *leaf; /* NULL: an operand or something that is not part of the state */
    unsigned width;
    unsigned argument_count;
    word128 arguments[TERM_MAXIMUM_ARGUMENTS];
    bool is_difference; /* makes it a witness */
    bool is_read;       /* the form's semantics mention it */
    bool is_state;      /* a leaf or an operand: it has a value after the step */
    char name[128];     /* "r.base", "gdt.limit[0x8]", "operand dst" */
};

struct component_list {
    struct component *items;
    size_t count;
};

/* All components that a state of the witness gives a value, or that the witness names as differences. False: out of memory. */
bool components_of(const struct isa *isa, const struct semantics *semantics, const struct witness *witness, struct component_list *list);
void components_free(struct component_list *list);

word128 component_before(const struct component *component, const struct witness_state *state);
word128 component_after(const struct component *component, const struct witness_state *state);
/* "completes", "traps: GP (13), argument 0x10", "memory trap". */
void outcome_text(const struct isa *isa, const struct step_result *result, char *text, size_t size);

#endif
