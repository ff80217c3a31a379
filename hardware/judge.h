/* One run judged by the tables: what they predict of it, how it differs from that, and which recorded row explains the difference. Internal to the
 * probe and to experiments. */
#ifndef POPEK_HARDWARE_JUDGE_H
#define POPEK_HARDWARE_JUDGE_H

#include "compare.h"
#include "explanations.h"

/* What is the same for all runs in a world. Nothing is owned. */
struct judge {
    const struct world *world;
    struct predictor *predictor; /* of that world */
    struct explanations *explanations;
    unsigned evaluations;      /* of a prediction, before it is confirmed */
    unsigned wrong_prediction; /* negative control, as in struct probe_options */
};
/* A run of a form, and what was seen of it. */
struct trial {
    unsigned form; /* of the isa */
    const struct decoded *decoded;
    const struct run *run;
    const struct run_result *result;
};
struct judgement {
    struct prediction prediction;
    size_t count; /* of differences; the first DIFFERENCES_MOST are written */
    struct difference differences[DIFFERENCES_MOST];
    const struct record *record; /* the row that explains them, NULL: none does, or there is nothing to explain */
    char expected[EXPECTED_TEXT], seen[SEEN_TEXT];
};

/* Judges the run, and counts it among those that recorded rows are about. A difference is confirmed by a prediction with more evaluations. False: out
 * of memory, or the state is not one of the operating mode (as predict). */
bool judge_trial(const struct judge *j, const struct trial *t, struct judgement *result);

#endif
