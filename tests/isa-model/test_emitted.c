/* The emitted C of x86, all forms in all modes, against the evaluator. */
#include "../tests.h"

#include "emitted_states.h"

#include <stdio.h>
#include <stdlib.h>

#define STATES_A_STEP 100u /* of the first form of a step */
#define STATES_A_FORM 2u   /* of every other form that shares it */
#define X86 "x86-tables/x86.isa"

extern const struct emitted_isa x86_emitted;

struct tally {
    uint64_t states, done, traps;
    size_t forms, forms_done, different;
};

static void run_form(struct states *s, size_t form, unsigned count, bool report, struct tally *t) {
    char difference[300];
    bool done = false;
    unsigned bad = 0;
    for (unsigned i = 0; i < count && bad == 0; i++) {
        states_next(s);
        bad += states_agree(s, difference, sizeof difference) ? 0 : 1;
        done = done || states_outcome(s) == 0;
        t->done += states_outcome(s) == 0 ? 1 : 0;
        t->traps += states_outcome(s) > 1 ? 1 : 0;
        t->states++;
    }
    t->different += bad;
    t->forms++;
    t->forms_done += done ? 1 : 0;
    if (report) {
        CHECK(bad == 0, "%s in %s: %s", x86_emitted.forms[form].text, x86_emitted.forms[form].mode, bad == 0 ? "" : difference);
    }
}

static void test_all_forms(void) {
    struct isa *isa = load_file(X86, NULL, 0);
    struct states *s = isa == NULL ? NULL : states_new(isa, &x86_emitted, 88172645463325252u);
    bool *seen = calloc(x86_emitted.step_count, sizeof *seen);
    struct tally first = {0, 0, 0, 0, 0, 0};
    struct tally other = {0, 0, 0, 0, 0, 0};
    if (CHECK(s != NULL && seen != NULL, "the table is of x86")) {
        for (size_t i = 0; i < x86_emitted.form_count; i++) {
            unsigned step = x86_emitted.forms[i].step;
            if (CHECK(states_choose(s, i), "%s: not as the table says", x86_emitted.forms[i].text)) {
                run_form(s, i, seen[step] ? STATES_A_FORM : STATES_A_STEP, true, seen[step] ? &other : &first);
                seen[step] = true;
            }
        }
        (void)printf("       %zu forms and modes, %zu steps, %llu states; %llu done, %llu traps; %zu steps never done\n", first.forms + other.forms,
                     first.forms, (unsigned long long)(first.states + other.states), (unsigned long long)(first.done + other.done),
                     (unsigned long long)(first.traps + other.traps), first.forms - first.forms_done);
        CHECK(first.forms == x86_emitted.step_count, "every step is compared");
        CHECK(first.forms_done * 100 >= first.forms * 90, "only %zu of %zu steps are ever done", first.forms_done, first.forms);
    }
    free(seen);
    states_free(s);
    isa_free(isa);
}

static const struct test tests[] = {
    {"every emitted form does what the evaluator does", test_all_forms},
};
const struct suite emitted_suite = SUITE("emitted", tests);
