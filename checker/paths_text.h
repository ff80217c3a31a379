/* Explored steps as text: `S NUMBER STATUSES`, then a line `V VALUES` for each state. Internal to the checker. */
#ifndef POPEK_CHECKER_PATHS_TEXT_H
#define POPEK_CHECKER_PATHS_TEXT_H

#include "targets.h"

#include <stdio.h>

void paths_put(FILE *out, const struct isa *isa, unsigned number, const struct semantics *semantics, const struct targets *t);
/* From the line that begins with `S` (may be NULL). False: what is there is not of this step, or memory is exhausted. */
bool paths_take(const char *line, const struct isa *isa, const struct semantics *semantics, struct targets *t);

#endif
