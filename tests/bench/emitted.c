/* Measures emitted steps of x86 beside the evaluator: forms without memory operands and array writes, one state in which each runs, on one core. */
#include "../isa-model/emitted_states.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STEPS_A_FORM 20000u
#define EVALUATIONS_A_FORM 50u
#define STRIDE 7u /* of so many forms one */

extern const struct emitted_isa x86_emitted;

static bool uses_lists(const struct isa *isa, const struct emitted_form *f) {
    const struct semantics *m = isa->forms[f->form].semantics[f->mode_number];
    bool uses = x86_emitted.steps[f->step].writes > 0;
    for (size_t i = 0; i < m->operand_count; i++) {
        uses = uses || m->operands[i].kind[0] == 'm';
    }
    return uses;
}

static double seconds_since(clock_t start) { return (double)(clock() - start) / CLOCKS_PER_SEC; }

/* A state in which the form is done, if a few hundred trials find one. */
static bool find_done(struct states *s) {
    char difference[200];
    bool done = false;
    for (unsigned i = 0; !done && i < 300; i++) {
        states_next(s);
        done = states_agree(s, difference, sizeof difference) && states_outcome(s) == 0;
    }
    return done;
}

static int measure(const struct isa *isa, struct states *s) {
    double emitted = 0;
    double evaluated = 0;
    double steps = 0;
    double evaluations = 0;
    unsigned forms = 0;
    bool good = true;
    for (size_t i = 0; good && i < x86_emitted.form_count; i += STRIDE) {
        if (!states_choose(s, i) || uses_lists(isa, &x86_emitted.forms[i]) || !find_done(s)) {
            continue;
        }
        clock_t start = clock();
        states_repeat_emitted(s, STEPS_A_FORM);
        emitted += seconds_since(start);
        start = clock();
        good = states_repeat_evaluator(s, EVALUATIONS_A_FORM);
        evaluated += seconds_since(start);
        steps += STEPS_A_FORM;
        evaluations += EVALUATIONS_A_FORM;
        forms++;
    }
    (void)printf(
        "emitted C of x86, %u forms and modes without memory operands: %.2f million states a second, with a copy of the state of %zu bytes for each; "
        "evaluator: %.3f million\n",
        forms, emitted > 0 ? steps / emitted / 1e6 : 0.0, x86_emitted.state_size, evaluated > 0 ? evaluations / evaluated / 1e6 : 0.0);
    return good && forms > 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = NULL};
    char *messages = NULL;
    struct isa *isa = argc == 2 ? isa_load(argv[1], &reader, &options, &messages) : NULL;
    struct states *s = isa == NULL ? NULL : states_new(isa, &x86_emitted, 88172645463325252u);
    int code = 2;
    if (s == NULL) {
        (void)fprintf(stderr, "emitted: %s\n", messages == NULL ? "usage: emitted ISA" : messages);
    } else {
        code = measure(isa, s);
    }
    free(messages);
    states_free(s);
    isa_free(isa);
    return code;
}
