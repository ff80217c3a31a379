/* Exercises 1, 3 and 4: machines, judged by their classification. */
#include "exercise.h"

#include <string.h>

/* The instructions of the third generation machine, which a solution keeps. */
static const char *const kept[] = {"LD", "ST", "ADD", "JMP", "BZ", "LPSW", "LRB", "SVC", "HALT"};

static const struct form_verdict *find(const struct classification *c, const char *name) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        if (strcmp(c->isa->forms[c->verdicts[i].form].instruction, name) == 0) {
            return &c->verdicts[i];
        }
    }
    return NULL;
}

/* The verdict of an instruction that the task asks for. */
static const struct form_verdict *wanted(const struct classification *c, const char *name, struct exercise_result *r) {
    const struct form_verdict *v = find(c, name);
    if (v == NULL) {
        exercise_point(r, false, "there is an instruction %s", name);
    }
    return v;
}

static void others_kept(const struct classification *c, size_t added, struct exercise_result *r) {
    bool all = c->verdict_count == sizeof kept / sizeof kept[0] + added;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const struct form_verdict *v = find(c, kept[i]);
        all = all && v != NULL && (v->class == VERDICT_INNOCUOUS || v->privileged == ANSWER_YES);
    }
    exercise_point(r, all, "the machine has its nine instructions, and no others than these");
}

static void class_is(const struct classification *c, const char *name, enum verdict_class class, struct exercise_result *r) {
    const struct form_verdict *v = wanted(c, name, r);
    if (v != NULL) {
        bool met = v->class == class;
        exercise_point(r, met, "%s is %s%s%s%s", name, verdict_class_name(class), met ? "" : " (now: ", met ? "" : verdict_class_name(v->class),
                       met ? "" : ")");
    }
}

void judge_classes(const struct classification *c, struct exercise_result *r) {
    class_is(c, "INNOCENT", VERDICT_INNOCUOUS, r);
    class_is(c, "PEEK", VERDICT_SENSITIVE_UNPRIVILEGED, r);
    class_is(c, "SWITCH", VERDICT_SENSITIVE_UNPRIVILEGED, r);
    class_is(c, "GUARD", VERDICT_PRIVILEGED_ONLY, r);
    const struct form_verdict *peek = find(c, "PEEK");
    const struct form_verdict *change = find(c, "SWITCH");
    if (peek != NULL) {
        exercise_point(r, peek->behaviour == ANSWER_YES, "PEEK is behaviour sensitive: it shows the relocation or the mode");
        exercise_point(r, peek->answers[QUESTION_CONTROL] == ANSWER_NO, "PEEK is not control sensitive: it changes neither mode nor resources");
    }
    if (change != NULL) {
        exercise_point(r, change->answers[QUESTION_CONTROL] == ANSWER_YES, "SWITCH is control sensitive: it changes the mode or a resource");
    }
    others_kept(c, 4, r);
}

void judge_converse(const struct classification *c, struct exercise_result *r) {
    const struct form_verdict *v = wanted(c, "TOUCH", r);
    if (v != NULL) {
        exercise_point(r, v->sensitive == ANSWER_YES, "TOUCH is sensitive");
        exercise_point(r, v->privileged == ANSWER_NO, "TOUCH is not privileged");
        exercise_point(r, v->answers[QUESTION_HOLE] == ANSWER_NO, "TOUCH has no hole");
    }
    exercise_point(r, c->theorem[0].holds == ANSWER_NO, "the test of Theorem 1 fails");
    exercise_point(r, c->virtualizable_pointwise == ANSWER_YES, "the machine is virtualizable by the pointwise question");
    others_kept(c, 1, r);
}

void judge_hybrid(const struct classification *c, struct exercise_result *r) {
    const struct form_verdict *back = wanted(c, "BACK", r);
    const struct form_verdict *tick = find(c, "TICK");
    if (back != NULL) {
        exercise_point(r, back->answers[QUESTION_CONTROL] == ANSWER_YES, "BACK is control sensitive");
        exercise_point(r, back->privileged == ANSWER_NO, "BACK is not privileged");
        exercise_point(r, back->user_sensitive == ANSWER_NO, "BACK is not user sensitive: what it does in user mode is harmless");
    }
    class_is(c, "TICK", VERDICT_INNOCUOUS, r);
    if (tick != NULL) {
        exercise_point(r, tick->answers[QUESTION_TIMING] == ANSWER_YES, "TICK shows the time");
    }
    exercise_point(r, c->theorem[0].holds == ANSWER_NO && c->theorem[0].violation_count == 1, "Theorem 1 fails, because of one instruction");
    exercise_point(r, c->theorem[2].holds == ANSWER_YES, "Theorem 3 holds");
    others_kept(c, 2, r);
}
