/* popek probe --experiment: pairs of states that a program cannot tell apart, on each backend. */
#include "experiment.h"

#include "../reports/experiment.h"
#include "cli.h"

#include <stdlib.h>

#define BACKENDS_MOST 8u

static int write_experiments(const struct experiment_request *r, const struct isa *isa, const struct experiment *const *experiments, size_t count) {
    struct output out;
    if (!output_open(&out, r->output)) {
        return EXIT_INTERNAL;
    }
    bool complete = !r->json || report_experiment_json(out.stream, isa, experiments, count);
    for (size_t i = 0; !r->json && i < count; i++) {
        complete = report_experiment_text(out.stream, experiments[i]) && complete;
        (void)fputs(i + 1 < count ? "\n" : "", out.stream);
    }
    return output_close(&out, complete);
}

int experiment_backends(const struct experiment_request *r, const struct isa *isa, const struct matcher *m, struct backend *const *backends,
                        size_t count) {
    struct experiment *made[BACKENDS_MOST];
    size_t done = 0;
    int code = count > BACKENDS_MOST ? EXIT_INTERNAL : EXIT_FINE;
    for (size_t i = 0; i < count && code != EXIT_INTERNAL; i++) {
        char *message = NULL;
        struct experiment *e = experiment_make(isa, m, backends[i], r->options, &message);
        if (e == NULL) {
            complain("%s: %s", backends[i]->operations->name, message == NULL ? "out of memory" : message);
            code = EXIT_INTERNAL;
        } else if (e->row_count == 0) {
            (void)fprintf(stderr, "popek: %s cannot run here: neither two levels of one mode nor tables that can be moved, or no such form\n",
                          e->backend);
            experiment_free(e);
        } else {
            made[done++] = e;
        }
        free(message);
    }
    for (size_t i = 0; i < done; i++) {
        for (size_t k = 0; k < made[i]->row_count && code == EXIT_FINE; k++) {
            code = made[i]->rows[k].runs[PROBE_DIFFERS] > 0 ? EXIT_FINDINGS : EXIT_FINE;
        }
    }
    int written = code == EXIT_INTERNAL ? EXIT_INTERNAL
                  : done == 0           ? EXIT_CANNOT_RUN
                                        : write_experiments(r, isa, (const struct experiment *const *)made, done);
    for (size_t i = 0; i < done; i++) {
        experiment_free(made[i]);
    }
    return written == EXIT_FINE ? code : written;
}
