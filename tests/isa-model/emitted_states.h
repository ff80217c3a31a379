/* States for emitted steps: made at random, run by the emitted C, and compared with the evaluator. */
#ifndef POPEK_TESTS_EMITTED_STATES_H
#define POPEK_TESTS_EMITTED_STATES_H

#include "../../isa-model/emitted.h"
#include "../../isa-model/evaluate.h"

#define STATES_MOST_OPERANDS 32u

struct states;
/* NULL: out of memory, or the table is not of this isa. */
struct states *states_new(const struct isa *isa, const struct emitted_isa *emitted, uint64_t seed);
void states_free(struct states *s);
/* Chooses the form that the next states are for: entry `form` of the table. False: its semantics are not there, or are not as the table says. */
bool states_choose(struct states *s, size_t form);
/* A new state: random, with constants of the form and their neighbours, values of other components, or an earlier state that was not a trap with
 * some changes. */
void states_next(struct states *s);
/* Takes over the state of a witness, where it has the symbols. */
void states_take(struct states *s, const struct valuation *before);
/* Runs the emitted step; returns its outcome. */
uint32_t states_run(struct states *s);
/* The same, without making the arrays as they were before: for steps that have none, or after states_reload; the evaluator cannot follow. */
uint32_t states_run_loaded(struct states *s);
/* Runs the emitted step and the evaluator from the same state. False when they differ; `difference` of `size` bytes says in what. */
bool states_agree(struct states *s, char *difference, size_t size);
/* The outcome of the last run: 0 done, 1 memory trap, 2 + vector. */
uint32_t states_outcome(const struct states *s);
/* In every state of the mode the component has this value; the list is the caller's. */
struct states_fixed {
    unsigned mode, component;
    uint64_t value;
};
void states_fix(struct states *s, const struct states_fixed *fixed, size_t count);
/* The last state, or an earlier one, with a few inputs, operands and choices changed: quick, but only for forms that read no arrays; for others as
 * states_next. */
void states_change(struct states *s);
/* What there is before and after the last run. The lists of arrays are as after it; states_reload makes them as before. */
struct states_view {
    const struct emitted_form *form;
    const struct emitted_step *step;
    const unsigned char *before, *after;
    const word128 *operands_before, *operands;
    word128 *choices; /* in the order of the step: to be changed before the run */
    const struct emitted_array *arrays;
    uint64_t argument;
    uint32_t outcome;
    bool reads_arrays;
};
struct states_view states_look(const struct states *s);
void states_reload(struct states *s);
/* Later states may begin with the last one: for states that are not a trap. */
void states_keep(struct states *s);
/* For speed: the emitted step alone, or the evaluator alone, `count` times from the last state. */
void states_repeat_emitted(struct states *s, unsigned count);
bool states_repeat_evaluator(struct states *s, unsigned count);

#endif
