/* The emitted C of x86, all forms in all modes, against the evaluator. */
#include "../tests.h"

#include "emitted_states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATES_A_STEP 100u     /* of the first form of a step */
#define STATES_A_FORM 2u       /* of every other form that shares it */
#define STATES_A_CONTROL 5000u /* a check that other checks overlap takes long to meet */
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
        for (size_t i = 0; i < x86_emitted.form_count + x86_emitted.event_count; i++) {
            unsigned step = x86_emitted.forms[i].step;
            if (CHECK(states_choose(s, i), "%s: not as the table says", x86_emitted.forms[i].text)) {
                run_form(s, i, seen[step] ? STATES_A_FORM : STATES_A_STEP, true, seen[step] ? &other : &first);
                seen[step] = true;
            }
        }
        (void)printf("       %zu forms and modes, %zu steps, %llu states; %llu done, %llu traps; %zu steps never done\n", first.forms + other.forms,
                     first.forms, (unsigned long long)first.states + other.states, (unsigned long long)first.done + other.done,
                     (unsigned long long)first.traps + other.traps, first.forms - first.forms_done);
        CHECK(first.forms == x86_emitted.step_count, "every step is compared");
        CHECK(first.forms_done * 100 >= first.forms * 90, "only %zu of %zu steps are ever done", first.forms_done, first.forms);
    }
    free(seen);
    states_free(s);
    isa_free(isa);
}

/* The entry of the table for a form in a mode; entries are in that order. */
static size_t entry_of(const struct form_verdict *v) {
    size_t low = 0;
    size_t high = x86_emitted.form_count;
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        const struct emitted_form *f = &x86_emitted.forms[middle];
        bool after = f->form > v->form || (f->form == v->form && f->mode_number > v->mode);
        low = after ? low : middle;
        high = after ? middle : high;
    }
    return low;
}

static size_t play(struct states *s, const struct form_verdict *v) {
    const struct emitted_form *f = &x86_emitted.forms[entry_of(v)];
    unsigned count = v->witness == NULL ? 0 : v->witness->state_count;
    for (unsigned k = 0; k < count; k++) {
        char difference[300] = "not as the table says";
        bool same = states_choose(s, entry_of(v));
        if (same) {
            states_take(s, v->witness->states[k].before);
            same = states_agree(s, difference, sizeof difference);
        }
        CHECK(same, "%s in %s, witness: %s", f->text, f->mode, difference);
    }
    return count;
}

/* The states that the solver found. It adds symbols, so the states are made afterwards. */
static void test_witnesses(void) {
    static const char *const modes[] = {"protected", "long"};
    struct isa *isa = load_file(X86, NULL, 0);
    for (size_t m = 0; isa != NULL && m < sizeof modes / sizeof modes[0]; m++) {
        struct classify_options options = {.profile = (unsigned)isa_find_profile(isa, "ring_compression"), .mode = isa_find_mode(isa, modes[m])};
        struct classification *c = options.mode < 0 ? NULL : classify_plain(isa, &options);
        struct states *s = c == NULL ? NULL : states_new(isa, &x86_emitted, 2463534242u);
        size_t played = 0;
        for (size_t i = 0; s != NULL && i < c->verdict_count; i++) {
            played += play(s, &c->verdicts[i]);
        }
        CHECK(played > 500, "%s: only %zu states of witnesses", modes[m], played);
        states_free(s);
        classification_free(c);
    }
    isa_free(isa);
}

/* Whether the comparison sees that the emitted C and this description differ in the forms with this text. */
static bool notices(const struct isa *isa, const char *text) {
    struct states *s = states_new(isa, &x86_emitted, 2463534242u);
    struct tally t = {0, 0, 0, 0, 0, 0};
    for (size_t i = 0; s != NULL && t.different == 0 && i < x86_emitted.form_count; i++) {
        if (strcmp(x86_emitted.forms[i].text, text) == 0 && states_choose(s, i)) {
            run_form(s, i, STATES_A_CONTROL, false, &t);
        }
    }
    states_free(s);
    return t.different > 0;
}

/* Every check of these forms, left out of the evaluator's description one at a time, makes a difference, and leaving out none makes none. */
static void test_dropped_checks(void) {
    static const char *const texts[] = {"SGDT m16&32", "CLTS", "HLT", "IN AL, DX"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t points = 0;
        for (size_t k = 0; k <= points && k < 64; k++) {
            struct isa *isa = load_dropped(X86, texts[i], texts[i], k == 0 ? 0 : (uint64_t)1 << (k - 1));
            int form = isa == NULL ? -1 : find_form(isa, texts[i]);
            for (size_t m = 0; k == 0 && form >= 0 && m < isa->mode_count; m++) {
                const struct semantics *semantics = isa->forms[form].semantics[m];
                points = semantics != NULL && semantics->point_count > points ? semantics->point_count : points;
            }
            CHECK(form >= 0 && notices(isa, texts[i]) == (k > 0), "%s without check %zu of %zu", texts[i], k, points);
            isa_free(isa);
        }
        CHECK(points > 0, "%s has checks", texts[i]);
    }
}

static const struct test tests[] = {
    {"every emitted form does what the evaluator does", test_all_forms},
    {"the solver's witnesses", test_witnesses},
    {"a dropped check is noticed", test_dropped_checks},
};
const struct suite emitted_suite = SUITE("emitted", tests);
