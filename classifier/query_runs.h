/* Inside of the queries: one state and one step from it, as terms. */
#ifndef POPEK_QUERY_RUNS_H
#define POPEK_QUERY_RUNS_H

#include "query.h"

struct run {
    const struct query_context *q;
    const struct side *side;
    const struct semantics *semantics;
    term trap, memory_trap;
    bool literal; /* a trap loads a new PSW */
};

/* The term as it reads in the states of this side. */
term on(const struct side *side, term t);
/* On the hardware, the monitor holds the mode, what is shadowed, and its own configuration. */
bool is_monitors(const struct query_context *q, unsigned leaf);

struct run start(const struct query_context *q, enum side_kind kind, const struct semantics *semantics);
/* A scalar before and after the step. */
term before(const struct run *r, unsigned leaf);
term after(const struct run *r, unsigned leaf);
/* The form does not touch the scalar at all. */
bool is_untouched(const struct run *r, unsigned leaf);
/* The leaf is after the step what it was before; all that the control program owns is. */
term leaf_kept(const struct run *r, unsigned leaf);
term owned_kept(const struct run *r);
/* The two runs leave different values: in the leaf, in some written operand, in something that a program sees. */
term leaf_differs(const struct run *a, const struct run *b, unsigned leaf);
term operands_differ(const struct run *a, const struct run *b);
term visible_differs(const struct run *a, const struct run *b);

/* What is known of the state: its mode, what the profile guarantees of user states, the configuration, and that it can be. */
term is_user(const struct run *r);
term is_supervisor(const struct run *r);
term either_mode(const struct run *r);
term guarantees(const struct run *r);
term configured(const struct run *r, unsigned configuration);
term possible(const struct run *r, unsigned mode);
/* Possible, configured, and guaranteed if it is a user state. */
term bare(const struct run *r, unsigned mode, unsigned configuration);
term neither(struct term_pool *p, term a, term b);
/* The runs that the definition looks at. */
term completes(const struct run *r);
/* Adds what the profile assumes of elements to a query; TERM_NONE: out of memory. */
term with_elements(const struct run *r, term query);

#endif
