/* The toy machines and their known answers, in both definitions. */
#include "../tests.h"

#include <stdio.h>
#include <string.h>

struct toy {
    const char *name, *instruction; /* the one added, NULL: none */
    bool theorem1, theorem2, theorem3, pointwise;
    const char *tags; /* of the added instruction: c control, l location, m mode, u user sensitive, p privileged, t timing, i identity, h hole */
    bool literal1, literal3; /* literally, of the added instruction alone: every whole machine fails because of SVC */
};

static const struct toy toys[] = {
    {"third_generation", NULL, true, true, true, true, "", true, true},
    {"jrst1", "JRST1", false, false, true, false, "ch", false, true},
    {"lra", "LRA", false, false, false, false, "luh", false, false},
    {"mfpi", "MFPI", false, false, true, false, "mh", false, true},
    {"setr_nop", "SETR", false, false, true, false, "ch", false, true},
    {"shrink", "SHRINK", false, false, false, true, "cu", false, false},
    {"rdtime", "RDTIME", true, false, true, true, "t", true, true},
    {"cpuid", "CPUID", true, true, true, true, "i", true, true},
    {"undefined_in_user", "SETRU", false, false, false, false, "cuh", false, false},
    {"supervisor_trap", "UONLY", true, true, true, false, "h", false, true},
    {"operand_fault", "LRBC", true, true, true, true, "pc", false, false},
};
#define TOY_COUNT (sizeof toys / sizeof toys[0])

static struct isa *load_toy(const char *name) {
    char path[128];
    (void)snprintf(path, sizeof path, "examples/isa/%s.isa", name);
    return load_file(path, NULL, 0);
}

static void check_answer(const char *toy, const char *what, enum answer answer, bool expected) {
    CHECK(answer == (expected ? ANSWER_YES : ANSWER_NO), "%s: %s is %s and should be %s", toy, what,
          answer == ANSWER_YES  ? "yes"
          : answer == ANSWER_NO ? "no"
                                : "undecided",
          expected ? "yes" : "no");
}

static void check_tags(const struct toy *toy, const struct form_verdict *v) {
    const struct {
        char letter;
        const char *name;
        enum answer answer;
    } tags[] = {
        {'p', "privileged", v->privileged},
        {'c', "control sensitive", v->answers[QUESTION_CONTROL]},
        {'l', "location sensitive", v->answers[QUESTION_LOCATION]},
        {'u', "user sensitive", v->user_sensitive},
        {'h', "hole", v->answers[QUESTION_HOLE]},
        {'t', "timing", v->answers[QUESTION_TIMING]},
        {'i', "identity", v->answers[QUESTION_IDENTITY]},
    };
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        check_answer(toy->name, tags[i].name, tags[i].answer, strchr(toy->tags, tags[i].letter) != NULL);
    }
    /* A control sensitive instruction may be mode sensitive too; the table speaks of mode sensitivity alone. */
    if (strchr(toy->tags, 'm') != NULL || v->class == VERDICT_INNOCUOUS) {
        check_answer(toy->name, "mode sensitive", v->answers[QUESTION_MODE], strchr(toy->tags, 'm') != NULL);
    }
}

static void check_witnesses(const struct isa *isa, const struct classify_options *o, const struct classification *c) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        bool wanted = v->sensitive == ANSWER_YES;
        CHECK(!wanted || v->witness != NULL, "%s of %s has a witness", isa->forms[v->form].text, isa->name);
        CHECK(v->witness == NULL || witness_replays(isa, o, c->configuration, v, v->witness), "the witness of %s of %s replays",
              isa->forms[v->form].text, isa->name);
    }
}

static void check_repaired(const struct toy *toy, const struct isa *isa) {
    const struct classify_options o = {.mode = -1, .definition = DEFINITION_REPAIRED};
    struct classification *c = classify_plain(isa, &o);
    if (c == NULL) {
        return;
    }
    check_answer(toy->name, "Theorem 1", c->theorem[0].holds, toy->theorem1);
    check_answer(toy->name, "Theorem 2", c->theorem[1].holds, toy->theorem2);
    check_answer(toy->name, "Theorem 3", c->theorem[2].holds, toy->theorem3);
    check_answer(toy->name, "no hole", c->virtualizable_pointwise, toy->pointwise);
    CHECK(c->theorem[0].violation_count == (toy->theorem1 ? 0u : 1u), "%s: %zu violations", toy->name, c->theorem[0].violation_count);
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        if (toy->instruction != NULL && strcmp(isa->forms[v->form].text, toy->instruction) == 0) {
            check_tags(toy, v);
        }
    }
    check_witnesses(isa, &o, c);
    classification_free(c);
}

static void check_literal(const struct toy *toy, const struct isa *isa) {
    struct classify_options o = {.mode = -1, .definition = DEFINITION_LITERAL};
    struct classification *c = classify_plain(isa, &o);
    if (c == NULL) {
        return;
    }
    check_answer(toy->name, "Theorem 1, literally", c->theorem[0].holds, false);
    check_answer(toy->name, "Theorem 3, literally", c->theorem[2].holds, false);
    check_witnesses(isa, &o, c);
    classification_free(c);
    o.instruction = toy->instruction;
    c = toy->instruction == NULL ? NULL : classify_plain(isa, &o);
    if (c != NULL) {
        check_answer(toy->name, "Theorem 1, literally, of the added instruction", c->theorem[0].holds, toy->literal1);
        check_answer(toy->name, "Theorem 3, literally, of the added instruction", c->theorem[2].holds, toy->literal3);
        classification_free(c);
    }
}

static void test_repaired(void) {
    for (size_t i = 0; i < TOY_COUNT; i++) {
        struct isa *isa = load_toy(toys[i].name);
        if (isa != NULL) {
            check_repaired(&toys[i], isa);
            isa_free(isa);
        }
    }
}

static void test_literal(void) {
    for (size_t i = 0; i < TOY_COUNT; i++) {
        struct isa *isa = load_toy(toys[i].name);
        if (isa != NULL) {
            check_literal(&toys[i], isa);
            isa_free(isa);
        }
    }
}

/* The classes of the machine that all toys share. */
static void test_classes(void) {
    static const struct {
        const char *form;
        enum verdict_class class;
    } expected[] = {
        {"LD", VERDICT_INNOCUOUS},
        {"ST", VERDICT_INNOCUOUS},
        {"ADD", VERDICT_INNOCUOUS},
        {"JMP", VERDICT_INNOCUOUS},
        {"BZ", VERDICT_INNOCUOUS},
        {"LPSW", VERDICT_PRIVILEGED_SENSITIVE},
        {"LRB", VERDICT_PRIVILEGED_SENSITIVE},
        {"HALT", VERDICT_PRIVILEGED_SENSITIVE},
    };
    struct isa *isa = load_toy("third_generation");
    const struct classify_options o = {.mode = -1};
    struct classification *c = isa == NULL ? NULL : classify_plain(isa, &o);
    for (size_t i = 0; c != NULL && i < c->verdict_count; i++) {
        for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++) {
            if (strcmp(isa->forms[c->verdicts[i].form].text, expected[k].form) == 0) {
                CHECK(c->verdicts[i].class == expected[k].class, "%s is %s", expected[k].form, verdict_class_name(c->verdicts[i].class));
            }
        }
        CHECK(c->verdicts[i].answers[QUESTION_HOLE] == ANSWER_NO, "%s has no hole", isa->forms[c->verdicts[i].form].text);
    }
    classification_free(c);
    isa_free(isa);
}

static const struct test tests[] = {
    {"known answers, repaired definition", test_repaired},
    {"known answers, literal definition", test_literal},
    {"classes of the third generation machine", test_classes},
};
const struct suite toys_suite = SUITE("toys", tests);
