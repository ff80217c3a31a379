/* The judge of single runs. */
#include "judge.h"

static bool predict_trial(const struct judge *j, const struct trial *t, unsigned evaluations, struct prediction *p) {
    if (!predict(j->predictor, t->form, t->decoded, t->run, evaluations, p)) {
        return false;
    }
    if (j->wrong_prediction > 0) {
        p->after.general[0] ^= UINT64_C(1) << (j->wrong_prediction - 1);
    }
    return true;
}

bool judge_trial(const struct judge *j, const struct trial *t, struct judgement *result) {
    struct prediction *p = &result->prediction;
    if (!predict_trial(j, t, j->evaluations, p)) {
        return false;
    }
    result->count = compare_run(p, j->world, t->run, t->result, result->differences);
    if (result->count > 0 && predict_trial(j, t, PREDICTION_CONFIRMATIONS, p)) {
        result->count = compare_run(p, j->world, t->run, t->result, result->differences);
    }
    describe_prediction(p, result->expected, sizeof result->expected);
    describe_result(t->result, result->seen, sizeof result->seen);
    const struct observation seen_here = {result->expected, result->seen, result->differences, result->count};
    result->record = explanations_find(j->explanations, t->form, j->world, &seen_here);
    return true;
}
