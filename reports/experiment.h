/* The experiment of Popek and Goldberg on a machine, as text and as JSON. Both return false when memory is exhausted. */
#ifndef POPEK_REPORTS_EXPERIMENT_H
#define POPEK_REPORTS_EXPERIMENT_H

#include "../hardware/experiment.h"

#include <stdio.h>

/* Counts first, then the forms whose results differ, with one pair of each; then how the runs compare with the tables. */
bool report_experiment_text(FILE *out, const struct experiment *e);
/* {"isa","experiments":[{"backend","machine","runs","rows":[]}]} */
bool report_experiment_json(FILE *out, const struct isa *isa, const struct experiment *const *experiments, size_t count);

#endif
