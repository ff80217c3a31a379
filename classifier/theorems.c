/* What the verdicts mean for Theorems 1, 2 and 3 of Popek and Goldberg. */
#include "classification.h"

#include <stdio.h>
#include <stdlib.h>

static enum answer violates(const struct form_verdict *v, unsigned theorem) {
    enum answer premise = theorem == 2 ? v->user_sensitive : v->sensitive;
    if (theorem == 1 && v->answers[QUESTION_TIMING] != ANSWER_NO && premise != ANSWER_YES) {
        premise = v->answers[QUESTION_TIMING];
    }
    if (premise == ANSWER_NO || v->privileged == ANSWER_YES) {
        return ANSWER_NO;
    }
    return premise == ANSWER_UNDECIDED || v->privileged == ANSWER_UNDECIDED ? ANSWER_UNDECIDED : ANSWER_YES;
}

static bool conclude_theorem(struct classification *r, unsigned theorem) {
    unsigned *violations = malloc((r->verdict_count + 1) * sizeof *violations);
    if (violations == NULL) {
        return false;
    }
    struct theorem *t = &r->theorem[theorem];
    t->violations = violations;
    t->holds = ANSWER_YES;
    for (size_t i = 0; i < r->verdict_count; i++) {
        enum answer violation = violates(&r->verdicts[i], theorem);
        if (violation == ANSWER_YES) {
            violations[t->violation_count++] = (unsigned)i;
            t->holds = ANSWER_NO;
        } else if (violation == ANSWER_UNDECIDED && t->holds == ANSWER_YES) {
            t->holds = ANSWER_UNDECIDED;
        }
    }
    return true;
}

static enum answer no_holes(const struct classification *r) {
    enum answer none = ANSWER_YES;
    for (size_t i = 0; i < r->verdict_count; i++) {
        enum answer hole = r->verdicts[i].answers[QUESTION_HOLE];
        if (hole == ANSWER_YES) {
            return ANSWER_NO;
        }
        none = hole == ANSWER_UNDECIDED ? ANSWER_UNDECIDED : none;
    }
    return none;
}

struct classification *conclude_all(struct classifier *c) {
    struct classification *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    r->isa = c->context.isa;
    r->profile = c->options->profile;
    r->definition = c->options->definition;
    r->configuration = c->configuration;
    r->verdicts = c->verdicts;
    r->verdict_count = c->verdict_count;
    r->queries = c->queries;
    r->query_count = c->query_count;
    r->fingerprints = (const char(*)[FINGERPRINT_TEXT])c->fingerprints;
    r->fingerprint_count = c->fingerprint_count;
    r->searched = c->searched;
    r->plain = c->plain;
    r->best = c->best;
    r->never_closed = c->never_closed;
    r->never_closed_count = c->never_closed_count;
    r->virtualizable_pointwise = no_holes(r);
    bool good = true;
    for (unsigned theorem = 0; good && theorem < 3; theorem++) {
        good = conclude_theorem(r, theorem);
    }
    if (!good || !collect_assumptions(c, r)) {
        for (unsigned theorem = 0; theorem < 3; theorem++) {
            free((void *)(uintptr_t)r->theorem[theorem].violations);
        }
        free(r);
        return NULL;
    }
    return r;
}

void classification_free(struct classification *r) {
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->verdict_count; i++) {
        if (r->verdicts[i].same_as == i) {
            witness_free(r->verdicts[i].witness);
        }
    }
    for (unsigned theorem = 0; theorem < 3; theorem++) {
        free((void *)(uintptr_t)r->theorem[theorem].violations);
    }
    for (size_t i = 0; i < r->assumption_count; i++) {
        free((void *)(uintptr_t)r->assumptions[i]);
    }
    free((void *)(uintptr_t)r->assumptions);
    free((void *)(uintptr_t)r->verdicts);
    free((void *)(uintptr_t)r->queries);
    free((void *)(uintptr_t)r->never_closed);
    free((void *)(uintptr_t)r->fingerprints);
    free(r);
}
