/* The recorded differences of one machine in use: which row explains a run, and which rows did not show. */
#ifndef POPEK_HARDWARE_EXPLANATIONS_H
#define POPEK_HARDWARE_EXPLANATIONS_H

#include "records.h"

/* A row with what came of it: runs that it is about, and those of them that it explains. */
struct explanation {
    const struct record *record;
    size_t runs, shown;
};
struct explanations;

/* NULL: *message (free it) names the bad line, or is NULL when memory is exhausted. `text`: of the recorded differences, NULL for none; copied. The
 * other arguments must live as long as the result. */
struct explanations *explanations_new(const char *text, const struct isa *isa, const char *backend, const char *description, char **message);
void explanations_free(struct explanations *e);

/* Counts a run of the form in the world; the row that explains what was seen of it, NULL when nothing differs or none does. */
const struct record *explanations_find(struct explanations *e, unsigned form, const struct world *world, const struct observation *o);
const struct record *explanations_exclusion(const struct explanations *e, unsigned form, const struct world *world);

/* Rows about this machine. */
size_t explanations_count(const struct explanations *e);
const struct explanation *explanations_at(const struct explanations *e, size_t i);
/* The row's forms ran often enough, and it never showed: it is wrong, or the machine has changed. */
bool explanation_is_stale(const struct explanation *x);

#endif
