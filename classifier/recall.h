/* Models that answered earlier questions: one of them often answers the next, and to try it is much cheaper than to search. */
#ifndef POPEK_RECALL_H
#define POPEK_RECALL_H

#include "classifier.h"

struct recall;
struct recall *recall_new(const struct term_pool *pool);
void recall_free(struct recall *recall);

/* A model (the caller's) that makes the query true; `*model` NULL when none of those tried does. `kind` tells similar questions apart.
 * False: out of memory. */
bool recall_try(struct recall *recall, term query, unsigned kind, struct valuation **model);
/* The model that was remembered last, or NULL. */
const struct valuation *recall_latest(const struct recall *recall, unsigned kind);
/* Remembers a model; it stays the caller's and must live as long as the recall. */
void recall_add(struct recall *recall, unsigned kind, const struct valuation *model);

#endif
