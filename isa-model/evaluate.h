/* The evaluator: a form executed on a concrete state. Replays witnesses and runs machines. */
#ifndef POPEK_EVALUATE_H
#define POPEK_EVALUATE_H

#include "isa.h"

/* Values of symbols: of variables, of array elements, of opaque results. What is not set is 0. */
struct valuation;
struct valuation *valuation_new(void);
void valuation_free(struct valuation *v);
bool valuation_set(struct valuation *v, symbol s, const word128 *arguments, unsigned argument_count, word128 value); /* false: out of memory */
word128 valuation_get(const struct valuation *v, symbol s, const word128 *arguments, unsigned argument_count);
/* A symbol without arguments has a value. */
bool valuation_has(const struct valuation *v, symbol s);
size_t valuation_size(const struct valuation *v);
struct valuation_entry {
    symbol symbol;
    unsigned argument_count;
    const word128 *arguments; /* NULL when there are none */
    word128 value;
};
const struct valuation_entry *valuation_entries(const struct valuation *v); /* in order of setting */

enum step_outcome { STEP_DONE, STEP_TRAP, STEP_MEMORY_TRAP };
struct step_result {
    enum step_outcome outcome;
    unsigned trap_vector;
    word128 trap_argument;
    struct valuation *after; /* all scalar leaves and out operands by their own symbol; array elements that were written. Owned by the caller */
};
/* Executes what a form does in one mode, in the state `before` (isa symbols). False: out of memory. */
bool step(const struct isa *isa, const struct semantics *semantics, const struct valuation *before, struct step_result *result);

#endif
