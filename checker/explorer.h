/* The working memory of the exploration of steps. Internal to the checker. */
#ifndef POPEK_CHECKER_EXPLORER_H
#define POPEK_CHECKER_EXPLORER_H

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
    struct cone *cone; /* of the step that is looked at */
    term *variables;   /* by leaf: the component before the instruction; arrays: TERM_NONE */
    term tame;         /* addresses within reach of most machines */
    term *roots;
    size_t root_count, root_capacity, seen_count, base_root, target_capacity;
    term fixed;                                   /* what an adapter fixes */
    struct substitution *settled[EXPLORER_MODES]; /* by mode: its variables with one value only, by that value */
    struct substitution *settle;                  /* of the mode that is looked at */
    term base;                                    /* the states that are looked at */
    term branches[EXPLORER_BRANCHES];
    unsigned branch_count;
    symbol flips[EXPLORER_BRANCHES];
    term *replaced; /* by place in the cone, see flipped_step */
    size_t replaced_capacity;
    struct valuation *recalled[EXPLORER_RECALLED]; /* states of the steps before; owned */
    unsigned recalled_count;
    symbol frame[EXPLORER_FRAME]; /* what tells the states of a mode from those of others */
    unsigned frame_count;
    struct cone *frame_cone;
    uint64_t asked, seed;
};

#endif
