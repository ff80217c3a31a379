/* Looks for a model of a query by changing one variable at a time; finds many quickly, and says nothing about those that it does not find. */
#ifndef POPEK_LOCAL_SEARCH_H
#define POPEK_LOCAL_SEARCH_H

#include "classifier.h"

struct local_search;
struct local_search *local_search_new(const struct term_pool *pool);
void local_search_free(struct local_search *search);

/* Starts from the values of `near` (NULL: zeros) and makes at most `moves` changes. `seed` tells walks from one start apart.
 * `*model`: the caller's, true for the query, with the value of every application in it; NULL when none was found. False: out of memory. */
bool local_search_run(struct local_search *search, term query, const struct valuation *near, unsigned seed, unsigned moves, struct valuation **model);

/* What is left of a query when the variables that its conditions name a value for have that value. Its models, with `*fixed` (the caller's), are the
 * models of the query; when it is false, the query has none. False: out of memory. */
bool local_search_simplify(struct local_search *search, struct term_pool *pool, term query, term *rest, struct valuation **fixed);

#endif
