/* Witnesses: from a model to two states, played on the evaluator, with what differs. */
#ifndef POPEK_WITNESS_H
#define POPEK_WITNESS_H

#include "query.h"

/* The witness of a model of the question, or NULL (out of memory). It is not yet known to replay. */
struct witness *witness_new(const struct query_context *q, const struct semantics *semantics, enum question question, const struct valuation *model);
void witness_free(struct witness *w);
/* Plays the states again; true when they show what the question claims. */
bool witness_check(const struct query_context *q, const struct semantics *semantics, unsigned mode, unsigned configuration, const struct witness *w);

#endif
