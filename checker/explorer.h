/* The working memory of the exploration of steps. Internal to the checker. */
#ifndef POPEK_CHECKER_EXPLORER_H
#define POPEK_CHECKER_EXPLORER_H

#include "../classifier/local_search.h"
#include "../classifier/solver.h"
#include "../isa-model/term_cone.h"
#include "targets.h"

#include <string.h>

#define EXPLORER_BRANCHES 200u
#define EXPLORER_RECALLED 256u
#define EXPLORER_FRAME 32u
#define EXPLORER_MODES 64u
#define EXPLORER_UNDECIDED 40u /* targets of a step after which the solver is not asked about more of its branches */

/* A machine that the tables describe beside the real ones is assumed not to be there. */
static inline bool is_assumed(const char *component) { return strcmp(component, "v386") == 0; }

struct explorer {
    struct isa *isa;
    struct solver *solver;
    struct local_search *local_search;
    struct cone *cone; /* of the step that is looked at */
    term *variables;   /* by leaf: the component before the instruction; arrays: TERM_NONE */
    term tame;         /* addresses within reach of most machines */
    term *roots;
    size_t root_count, root_capacity, seen_count, base_root, target_capacity;
    term fixed;                                   /* what an adapter fixes */
    struct substitution *settled[EXPLORER_MODES]; /* by mode: its variables with one value only, by that value */
    struct substitution *settle;                  /* of the mode that is looked at */
    struct valuation *frames[EXPLORER_MODES];     /* by mode: a plain state, or NULL */
    bool framed[EXPLORER_MODES];                  /* whether it was asked for */
    term base;                                    /* the states that are looked at */
    term branches[EXPLORER_BRANCHES];
    unsigned branch_count;
    term *replaced, *turned; /* the step with a branch turned round: by place in the cone, and what is seen of it */
    size_t replaced_capacity;
    struct valuation *recalled[EXPLORER_RECALLED]; /* states of the steps before; owned */
    unsigned recalled_count;
    symbol frame[EXPLORER_FRAME]; /* what tells the states of a mode from those of others */
    unsigned frame_count;
    struct cone *frame_cone;
    uint64_t asked, seed;
};

/* Lists the targets of a step, none of them covered yet. False: out of memory, as of all that follow. */
bool list_targets(struct explorer *e, const struct semantics *semantics, unsigned mode, struct targets *t);
/* Which of the targets that were listed last, and are not covered yet, a state of the mode exercises. */
bool mark_covered(struct explorer *e, const struct valuation *state, const struct targets *t, bool *covered);
/* Keeps the state if it exercises something that is open. Takes it over. */
bool explorer_try(struct explorer *e, struct targets *t, struct valuation *state, bool *useful);
/* States of the same step, and of those before, put into this mode by the values of `frame` (may be NULL). */
bool explorer_try_known(struct explorer *e, struct targets *t, const struct targets *seeds, const struct valuation *frame);
/* States with one or two values changed, as long as that finds something. */
bool explorer_try_neighbours(struct explorer *e, struct targets *t);
bool explorer_remember(struct explorer *e, const struct targets *t);
/* Searches for what is open, of targets with effect or of all others. False also: an error of the solver. */
bool explorer_search(struct explorer *e, struct targets *t, bool branches);

#endif
