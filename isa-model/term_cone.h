/* The terms that some roots are built of: what a reading of a few terms in a large pool has to look at. */
#ifndef POPEK_TERM_CONE_H
#define POPEK_TERM_CONE_H

#include "term.h"

/* Reusable: collecting another cone costs as much as the cone is large, not as the pool is. */
struct cone;
struct cone *cone_new(const struct term_pool *pool);
void cone_free(struct cone *cone);

/* Collects the terms of the roots; arguments come before what is built of them. False: out of memory. */
bool cone_collect(struct cone *cone, const term *roots, size_t count);
size_t cone_size(const struct cone *cone);
const term *cone_terms(const struct cone *cone);
uint32_t cone_place(const struct cone *cone, term t); /* of a term of the cone: where it stands in cone_terms */
bool cone_contains(const struct cone *cone, term t);

/* Computes every term of the cone, when `lookup` gives the value of each application. */
void cone_evaluate(struct cone *cone, term_lookup lookup, void *context);
word128 cone_value(const struct cone *cone, term t); /* of a term of the cone, as last evaluated */

/* As last evaluated, but with one term of the cone having another value: what follows from that. False: out of memory. */
bool cone_pin(struct cone *cone, term t, word128 value, term_lookup lookup, void *context);
word128 cone_pinned_value(const struct cone *cone, term t);

#endif
