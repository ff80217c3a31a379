/* The experiment that Popek and Goldberg's definitions speak of, on a machine under test: one instruction from two states that show a program the
 * same, at two privilege levels or with the tables at two places. Whether the results differ is what the machine says about sensitivity, without a
 * solver. */
#ifndef POPEK_HARDWARE_EXPERIMENT_H
#define POPEK_HARDWARE_EXPERIMENT_H

#include "probe.h"

enum experiment_kind {
    EXPERIMENT_MODES,       /* CPL 3 and CPL 0; CS and SS are those of the level, everything else is the same */
    EXPERIMENT_RELOCATIONS, /* GDT, IDT, LDT and TSS of the same contents at two places, LDT and TSS under two selectors */
    EXPERIMENT_KIND_COUNT
};

/* What became of a pair of states. */
enum pair_outcome {
    PAIR_SAME,            /* both complete, and what the tables determine is the same */
    PAIR_DIFFERS,         /* both complete, with other results: sensitive */
    PAIR_TRAPS_IN_FIRST,  /* only the first leaves the program: at CPL 3, with the tables at the first place */
    PAIR_TRAPS_IN_SECOND, /* only the second does */
    PAIR_TRAPS_IN_BOTH,
    PAIR_LOST, /* one of the machines did not come back */
    PAIR_OUTCOME_COUNT
};
const char *pair_outcome_name(enum pair_outcome o);

/* A form in one world; of modes, the one at CPL 3. */
struct experiment_row {
    unsigned form, world;
    enum experiment_kind kind;
    unsigned pairs[PAIR_OUTCOME_COUNT];
    unsigned runs[PROBE_VERDICT_COUNT]; /* each run against its prediction: PROBE_AGREES, PROBE_KNOWN or PROBE_DIFFERS */
    /* Of the first pair that differs, or that traps in one alone: */
    char outcomes[2][SEEN_TEXT];
    struct difference shown; /* expected: after the first; seen: after the second. No name: nothing but the outcomes differs */
    /* Of the first run that differs from the tables: */
    char expected[EXPECTED_TEXT], seen[SEEN_TEXT];
    struct difference against;
    unsigned against_cpl;
};

struct experiment {
    const struct isa *isa;
    const char *backend, *description;
    const struct world *worlds;
    size_t world_count;
    struct experiment_row *rows;
    size_t row_count;
    size_t runs;
    struct explanations *explanations;
};

/* Options as of probe_make; `dry_run` is not for it. Forms of extensions that the machine does not have and forms that the records exclude are left
 * out. NULL: *message (free it) says why, or is NULL when memory is exhausted. The result borrows from `isa` and `backend`. No rows: the backend has
 * neither two levels of one mode nor tables that can be moved, or no such form. */
struct experiment *experiment_make(const struct isa *isa, const struct matcher *m, struct backend *backend, const struct probe_options *options,
                                   char **message);
void experiment_free(struct experiment *e);

/* What most of the row's pairs say, the strongest first: differs, traps in one, traps in both, the same. */
enum pair_outcome experiment_says(const struct experiment_row *r);

#endif
