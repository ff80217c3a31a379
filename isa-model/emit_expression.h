/* Terms as expressions of C and of ACSL: one printer, so that both say the same with the same casts. */
#ifndef POPEK_EMIT_EXPRESSION_H
#define POPEK_EMIT_EXPRESSION_H

#include "emit_plan.h"

struct expression {
    FILE *out;
    const struct plan *plan;
    const struct sharing *sharing; /* terms that have a number there are printed as tNUMBER */
    bool acsl;
    bool in_state; /* inputs as they stand in C (s->pc, *dst), not as parameters of a logic function (pc, dst) */
    /* In contracts of handlers the prefix of their logic functions, else NULL. There, `&` of two values is a logic function with a name: WP sorts the
     * arguments of `&` anew in every place, and provers do not know that the order is all the same. And that two bits differ is said of truth values:
     * from an equation of numbers CVC4 takes the variable away, and finds no instance of the definition any more. */
    const char *handlers;
};

void put_value(const struct expression *e, term t);     /* an unsigned number */
void put_condition(const struct expression *e, term t); /* of a term of width 1: a truth value or predicate */
/* The same for an `if`, in one pair of parentheses: compilers take two around an `==` for a slip. */
void put_tested(const struct expression *e, term t);
/* Worth a name of its own. */
bool is_shared(const struct plan *plan, const struct sharing *sharing, term t);
const char *emitted_type(unsigned width);
bool is_native(unsigned width); /* the type has no other values */

#endif
