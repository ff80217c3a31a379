/* Asks Z3 whether a term of width 1 can be true, and takes the values that make it so. */
#ifndef POPEK_SOLVER_H
#define POPEK_SOLVER_H

#include "classifier.h"

struct solver;

/* `resource_limit`: Z3's own count of work for one query, so that the answer does not depend on the machine's load. */
struct solver *solver_new(const struct term_pool *pool, unsigned resource_limit);
void solver_free(struct solver *s);

/* ANSWER_YES: it can, and `*model` (the caller's) holds the value of every application in the term, of symbols as they stand there.
 * ANSWER_UNDECIDED: Z3 gave up, with 1/`part` of the resources spent. False: out of memory or an error of Z3. */
bool solver_ask(struct solver *s, term query, unsigned part, enum answer *answer, struct valuation **model);

/* Why the last question could not be asked; lives as long as the solver. */
const char *solver_trouble(const struct solver *s);

#endif
