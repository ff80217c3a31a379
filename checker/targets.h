/* What has to be exercised of one step of the reference: every trap point, also with effect, completion, every change, and every comparison both ways
 * with effect. */
#ifndef POPEK_CHECKER_TARGETS_H
#define POPEK_CHECKER_TARGETS_H

#include "../isa-model/evaluate.h"

enum target_kind {
    TARGET_TRAP,   /* this trap point is reached and taken */
    TARGET_DONE,   /* it completes */
    TARGET_CHANGE, /* it completes and this component, operand or array element is another one afterwards */
    TARGET_BRANCH, /* this comparison is true (or false), and the outcome or the state afterwards depends on that */
    TARGET_CHECK   /* this trap point is taken, and without it the outcome or the state afterwards would be another one */
};
enum target_status {
    TARGET_OPEN,
    TARGET_COVERED,
    TARGET_IMPOSSIBLE, /* the solver proved that there is no such state */
    TARGET_UNDECIDED   /* the solver gave up */
};
struct target {
    enum target_kind kind;
    enum target_status status;
    unsigned number; /* TRAP, CHECK: of the trap point; CHANGE: of the leaf, leaf_count + of the operand, or after those of the write */
    bool value;      /* BRANCH; others: true */
    term condition;  /* of the state; BRANCH: the comparison */
    unsigned state;  /* COVERED: which of the states */
};

struct targets {
    struct target *items;
    size_t count;
    struct valuation **states; /* that cover them, few */
    size_t state_count, state_capacity;
};

/* It matters that the condition is what it is. */
static inline bool target_has_effect(const struct target *t) { return t->kind == TARGET_BRANCH || t->kind == TARGET_CHECK; }

struct explorer;
/* NULL when memory is exhausted. The pool of the isa grows; `resource_limit` as of the classifier. */
struct explorer *explorer_new(struct isa *isa, unsigned resource_limit);
void explorer_free(struct explorer *e);
/* From now on only states are looked at in which the component has this value. */
void explorer_fix(struct explorer *e, unsigned leaf, word128 value);
/* Targets of a form in a mode, each decided; the states of `seeds` (may be NULL) and those found for other forms are tried first. False: out of
 * memory or an error of the solver. */
bool explore(struct explorer *e, const struct semantics *semantics, unsigned mode, const struct targets *seeds, struct targets *result);
/* A state of the mode, NULL when there is none. False: out of memory or an error of the solver. */
bool find_mode_state(struct explorer *e, unsigned mode, struct valuation **state);
void targets_free(struct targets *t);

#endif
