/* Models that answered earlier questions: one of them often answers the next, and to try it is much cheaper than to search. */
#ifndef POPEK_RECALL_H
#define POPEK_RECALL_H

#include "classifier.h"

struct recall;
struct recall *recall_new(const struct term_pool *pool);
void recall_free(struct recall *recall);

/* What is alike in questions of one kind and mode. */
struct recall_topic {
    unsigned kind, mode;
    const symbol *frame; /* the variables that tell the states of this mode from those of others */
    size_t frame_count;
};

/* A model (the caller's) that makes the query true; `*model` NULL when none of those tried does. Models of the same kind are tried; those of other
 * modes with the variables of the frame as in the last model of this mode. False: out of memory. */
bool recall_try(struct recall *recall, term query, const struct recall_topic *topic, struct valuation **model);
/* The same of one model, of whatever question. */
bool recall_apply(struct recall *recall, term query, const struct valuation *candidate, struct valuation **model);
/* Remembers a model; it stays the caller's and must live as long as the recall. */
void recall_add(struct recall *recall, const struct recall_topic *topic, const struct valuation *model);
/* A model of the kind: the one remembered last (age 0), the one before that, ...; NULL: there are not so many. */
const struct valuation *recall_recent(const struct recall *recall, unsigned kind, unsigned age);

#endif
