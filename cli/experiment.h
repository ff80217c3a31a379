/* popek probe --experiment: Popek and Goldberg's experiment on machines. */
#ifndef POPEK_CLI_EXPERIMENT_H
#define POPEK_CLI_EXPERIMENT_H

#include "../hardware/experiment.h"

struct experiment_request {
    const char *output;
    bool json;
    const struct probe_options *options;
};

/* Makes the experiment on each backend and writes the report; what to exit with. Backends without two levels and without tables that can be moved are
 * left out; when none is left it cannot run. */
int experiment_backends(const struct experiment_request *r, const struct isa *isa, const struct matcher *m, struct backend *const *backends,
                        size_t count);

#endif
