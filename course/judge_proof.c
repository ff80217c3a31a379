/* Exercise 7: a handler that is proven. */
#include "exercise.h"

#include <string.h>

/* The clauses of the contract alone are as many; fewer goals mean that something else was proven. */
#define FEWEST_GOALS 16u

void judge_proof(const char *text, unsigned proven, unsigned total, struct exercise_result *r) {
    static const char *const assumed[] = {"admit", "axiom", "lemma", "requires", "#define", "#undef"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof assumed / sizeof assumed[0]; i++) {
        found = found == NULL && strstr(text, assumed[i]) != NULL ? assumed[i] : found;
    }
    exercise_point(r, found == NULL, "nothing is assumed that the contract does not say%s%s", found == NULL ? "" : ": the file has ",
                   found == NULL ? "" : found);
    exercise_point(r, total >= FEWEST_GOALS, "Frama-C makes at least %u goals of it (%u)", FEWEST_GOALS, total);
    exercise_point(r, total > 0 && proven == total, "all of them are proven (%u of %u)", proven, total);
}
