/* Witnesses: from a model to two states, played on the evaluator, with what differs. */
#ifndef POPEK_WITNESS_H
#define POPEK_WITNESS_H

#include "query.h"

/* The witness of a model of the question, or NULL (out of memory). It is not yet known to replay. */
struct witness *witness_new(const struct query_context *q, const struct semantics *semantics, enum question question, const struct valuation *model);
void witness_free(struct witness *w);
/* Plays the states again; true when they show what the question claims. */
bool witness_check(const struct query_context *q, const struct semantics *semantics, unsigned mode, unsigned configuration, const struct witness *w);

/* Inside: values from a valuation; a leaf after the step what it was before; which parts make the states a witness (false: out of memory). */
word128 witness_look_up(void *context, symbol s, const word128 *arguments, unsigned argument_count);
int witness_leaf_named(const struct isa *isa, symbol s); /* index, or -1 */
bool witness_leaf_kept(const struct query_context *q, const struct witness *w, unsigned state, unsigned leaf);
bool witness_find_differences(const struct query_context *q, const struct semantics *semantics, struct witness *w);

#endif
