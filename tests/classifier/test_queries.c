/* The classifier refuses what it cannot show: tampered witnesses, queries that are too hard; and finds what was broken on purpose. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every component that makes the witness one is set to something else in the states before: then it must not replay. */
static void tamper(const struct isa *isa, const struct classify_options *o, const struct classification *c, const struct form_verdict *v) {
    const struct witness *w = v->witness;
    struct witness changed = *w;
    for (unsigned i = 0; i < w->state_count; i++) {
        changed.states[i].before = valuation_new(); /* all zero: the same state twice, in supervisor mode */
    }
    changed.states[0].result.trap_vector ^= 1;
    CHECK(!witness_replays(isa, o, c->configuration, v, &changed), "%s: a witness of other states replays", isa->forms[v->form].text);
    for (unsigned i = 0; i < w->state_count; i++) {
        valuation_free(changed.states[i].before);
    }
}

static struct valuation *with_one_changed(const struct valuation *state, size_t which) {
    struct valuation *copy = valuation_new();
    for (size_t i = 0; copy != NULL && i < valuation_size(state); i++) {
        const struct valuation_entry *e = &valuation_entries(state)[i];
        (void)valuation_set(copy, e->symbol, e->arguments, e->argument_count, i == which ? e->value ^ 1 : e->value);
    }
    return copy;
}

static bool is_what_both_share(const struct isa *isa, const struct classification *c, symbol s) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        enum state_class class = isa->leaves[i].class;
        if (isa->leaves[i].symbol == s) {
            const struct profile *p = profile_in(isa, c->profile, 0);
            return !p->relocated[i] && !p->shadowed[i] && (class == CLASS_STORAGE || class == CLASS_COUNTER || class == CLASS_MEMORY);
        }
    }
    return false;
}

/* Two states that should agree, with one bit of one component of one of them changed. */
static unsigned tamper_with_each(const struct isa *isa, const struct classify_options *o, const struct classification *c,
                                 const struct form_verdict *v) {
    unsigned count = 0;
    const struct valuation *state = v->witness->states[0].before;
    for (size_t i = 0; v->witness->state_count == 2 && i < valuation_size(state); i++) {
        if (is_what_both_share(isa, c, valuation_entries(state)[i].symbol)) {
            struct witness changed = *v->witness;
            changed.states[0].before = with_one_changed(state, i);
            CHECK(!witness_replays(isa, o, c->configuration, v, &changed), "%s: component %zu may be changed", isa->forms[v->form].text, i);
            valuation_free(changed.states[0].before);
            count++;
        }
    }
    return count;
}

static void test_tampered(void) {
    unsigned changed = 0;
    static const char *const files[] = {"examples/isa/jrst1.isa", "examples/isa/lra.isa", "examples/isa/mfpi.isa", "examples/isa/setr_nop.isa"};
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        struct isa *isa = load_file(files[f], NULL, 0);
        const struct classify_options o = {.mode = -1};
        struct classification *c = isa == NULL ? NULL : classify_plain(isa, &o);
        for (size_t i = 0; c != NULL && i < c->theorem[0].violation_count; i++) {
            const struct form_verdict *v = &c->verdicts[c->theorem[0].violations[i]];
            if (CHECK(v->witness != NULL, "%s has a witness", files[f])) {
                CHECK(witness_replays(isa, &o, c->configuration, v, v->witness), "%s: the witness replays", files[f]);
                tamper(isa, &o, c, v);
                changed += tamper_with_each(isa, &o, c, v);
            }
        }
        classification_free(c);
        isa_free(isa);
    }
    CHECK(changed >= 5, "only %u components were changed", changed);
}

/* Dropping the privilege check of any privileged form makes it a violation. */
static void test_dropped(void) {
    static const char *const forms[] = {"LPSW", "LRB", "HALT"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct isa *isa = load_file("examples/isa/third_generation.isa", forms[i], 1);
        const struct classify_options o = {.mode = -1};
        struct classification *c = isa == NULL ? NULL : classify_plain(isa, &o);
        if (c != NULL) {
            CHECK(c->theorem[0].holds == ANSWER_NO && c->theorem[0].violation_count == 1, "%s without its check is a violation", forms[i]);
            CHECK(c->virtualizable_pointwise == ANSWER_NO, "%s without its check has a hole", forms[i]);
        }
        classification_free(c);
        isa_free(isa);
    }
}

static const char hard_machine[] = "isa hard \"a multiplication that no solver takes apart\";\n"
                                   "mode privilege : { supervisor, user };\n"
                                   "counter pc : bits(16) next pc + 1;\n"
                                   "resource control secret : bits(64);\n"
                                   "storage a : bits(64);\n"
                                   "storage b : bits(64);\n"
                                   "storage found : bit;\n"
                                   "instruction FACTOR \"factor\" {\n"
                                   "    if zero_extend(a, 128) * zero_extend(b, 128) == 0xd3c21bcecceda0fffffffffffe9b4d07 and a != 1 and b != 1 and "
                                   "a < b { secret = secret + 1; }\n"
                                   "}\n"
                                   "profile standard \"a monitor\" {\n"
                                   "    user when privilege == user;\n"
                                   "    supervisor when privilege == supervisor;\n"
                                   "    shadowed secret;\n"
                                   "}\n";

static void test_undecided(void) {
    char *messages = NULL;
    struct isa *isa = load_text(hard_machine, &messages);
    CHECK(isa != NULL, "%s", messages == NULL ? "out of memory" : messages);
    free(messages);
    const struct classify_options o = {.mode = -1, .resource_limit = 1000};
    struct classification *c = isa == NULL ? NULL : classify_plain(isa, &o);
    if (c != NULL) {
        CHECK(c->verdicts[0].answers[QUESTION_CONTROL] == ANSWER_UNDECIDED, "what is too hard is undecided");
        CHECK(c->verdicts[0].class == VERDICT_UNDECIDED, "so is its class");
        CHECK(c->theorem[0].holds == ANSWER_UNDECIDED, "and Theorem 1");
    }
    classification_free(c);
    isa_free(isa);
    FILE *file = NULL;
    char path[256];
    (void)snprintf(path, sizeof path, "%s/hard.isa", getenv("TEMPORARY"));
    file = fopen(path, "w");
    if (CHECK(file != NULL, "a file can be written")) {
        (void)fputs(hard_machine, file);
        (void)fclose(file);
        struct command_result r = run_command("\"$POPEK\" classify \"$TEMPORARY/hard.isa\" --resource-limit 1000");
        CHECK(r.code == 4, "undecided gives exit code 4, not %d: %s", r.code, r.err);
        CHECK(strstr(r.out, "undecided") != NULL, "and says so");
        command_result_free(&r);
    }
}

static void test_names(void) {
    struct isa *isa = load_file("examples/isa/third_generation.isa", NULL, 0);
    if (isa == NULL) {
        return;
    }
    const struct classify_options o = {.mode = -1, .instruction = "NOTHING"};
    char *message = NULL;
    bool internal = false;
    struct classification *c = classify(isa, &o, &message, &internal);
    CHECK(c == NULL && message != NULL && !internal, "an unknown instruction is refused");
    free(message);
    classification_free(c);
    for (unsigned q = 0; q < QUESTION_COUNT; q++) {
        CHECK(question_name((enum question)q) != NULL && question_name((enum question)q)[0] != '\0', "question %u has a name", q);
    }
    isa_free(isa);
}

static const struct test tests[] = {
    {"tampered witnesses", test_tampered},
    {"dropped privilege checks", test_dropped},
    {"queries that are too hard", test_undecided},
    {"names", test_names},
};
const struct suite queries_suite = SUITE("queries", tests);
