/* x86 in 32-bit protected mode: what is known of it must come out. */
#include "../tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X86 "x86-tables/x86.isa"
#define PROFILE "ring_compression"

/* Robin and Irvine (2000), and how their mnemonics begin among the forms of the tables. */
static const struct {
    const char *mnemonic;
    const char *beginnings[4];
} robin_irvine[] = {
    {"SGDT", {"SGDT"}},
    {"SIDT", {"SIDT"}},
    {"SLDT", {"SLDT"}},
    {"SMSW", {"SMSW"}},
    {"PUSHF", {"PUSHF"}},
    {"POPF", {"POPF"}},
    {"LAR", {"LAR"}},
    {"LSL", {"LSL"}},
    {"VERR", {"VERR"}},
    {"VERW", {"VERW"}},
    {"POP Sreg", {"POP DS", "POP ES", "POP SS", "POP Sreg"}},
    {"PUSH Sreg", {"PUSH CS", "PUSH DS", "PUSH SS", "PUSH Sreg"}},
    {"far CALL", {"CALL ptr16", "CALL m16:", "CALL far", "CALLF"}},
    {"far JMP", {"JMP ptr16", "JMP m16:", "JMP far", "JMPF"}},
    {"INT n", {"INT imm8", "INT n"}},
    {"far RET", {"RETF", "RET far", "LRET", "RET (far)"}},
    {"STR", {"STR"}},
    {"MOV Sreg", {"MOV ES, r/m16", "MOV SS, r/m16", "MOV m16, CS", "MOV r32, CS"}},
};

/* What CR4.UMIP closes. */
static const char *const closed_by_umip[] = {"SGDT", "SIDT", "SLDT", "STR", "SMSW"};

/* Privileged on the Pentium. */
static const char *const privileged[] = {"HLT",    "CLTS",   "LGDT",  "LIDT",  "LLDT",   "LTR",         "LMSW",   "INVD",
                                         "WBINVD", "INVLPG", "RDMSR", "WRMSR", "MOV CR", "MOV r32, CR", "MOV DR", "MOV r32, DR"};

static bool begins(const char *text, const char *beginning) { return beginning != NULL && strncmp(text, beginning, strlen(beginning)) == 0; }

static bool begins_word(const char *text, const char *beginning) {
    return begins(text, beginning) && (text[strlen(beginning)] == '\0' || strchr(" 0123456789", text[strlen(beginning)]) != NULL);
}

struct x86 {
    struct isa *isa;
    struct classify_options options;
    struct classification *classification;
};

static bool x86_begin(struct x86 *x) {
    memset(x, 0, sizeof *x);
    x->isa = load_file(X86, NULL, 0);
    if (x->isa == NULL) {
        return false;
    }
    int profile = isa_find_profile(x->isa, PROFILE);
    if (!CHECK(profile >= 0, "there is a profile %s", PROFILE)) {
        return false;
    }
    x->options = (struct classify_options){.mode = -1, .profile = (unsigned)profile};
    return true;
}

static void x86_end(struct x86 *x) {
    classification_free(x->classification);
    isa_free(x->isa);
}

static const char *text_of(const struct x86 *x, const struct form_verdict *v) { return x->isa->forms[v->form].text; }

static bool violated(const struct x86 *x, const char *const *beginnings, size_t count) {
    const struct theorem *t = &x->classification->theorem[0];
    for (size_t i = 0; i < t->violation_count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (begins(text_of(x, &x->classification->verdicts[t->violations[i]]), beginnings[k])) {
                return true;
            }
        }
    }
    return false;
}

static void test_verdicts(void) {
    struct x86 x;
    if (!x86_begin(&x) || (x.classification = classify_plain(x.isa, &x.options)) == NULL) {
        x86_end(&x);
        return;
    }
    const struct classification *c = x.classification;
    CHECK(c->theorem[0].holds == ANSWER_NO, "x86 is not virtualizable by Theorem 1");
    for (size_t i = 0; i < sizeof robin_irvine / sizeof robin_irvine[0]; i++) {
        CHECK(violated(&x, robin_irvine[i].beginnings, 4), "%s is among the violations", robin_irvine[i].mnemonic);
    }
    CHECK(c->theorem[0].violation_count > 18, "and more beside them");
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        CHECK(v->class != VERDICT_UNDECIDED, "%s is decided", text_of(&x, v));
        CHECK(v->witness == NULL || witness_replays(x.isa, &x.options, c->configuration, v, v->witness), "%s: the witness replays", text_of(&x, v));
        CHECK(v->class != VERDICT_SENSITIVE_UNPRIVILEGED || v->witness != NULL, "%s has a witness", text_of(&x, v));
        for (size_t k = 0; k < sizeof privileged / sizeof privileged[0]; k++) {
            CHECK(!begins_word(text_of(&x, v), privileged[k]) || v->privileged == ANSWER_YES, "%s is privileged", text_of(&x, v));
        }
    }
    x86_end(&x);
}

/* Forms of the files of compute forms. */
static bool is_compute(const struct form *form) {
    return strstr(form->place.file, "compute") != NULL || strstr(form->place.file, "floating_point") != NULL;
}

static void test_compute(void) {
    struct x86 x;
    size_t count = 0;
    if (!x86_begin(&x) || (x.classification = classify_plain(x.isa, &x.options)) == NULL) {
        x86_end(&x);
        return;
    }
    for (size_t i = 0; i < x.classification->verdict_count; i++) {
        const struct form_verdict *v = &x.classification->verdicts[i];
        if (is_compute(&x.isa->forms[v->form])) {
            count++;
            CHECK(v->class == VERDICT_INNOCUOUS, "%s is %s", text_of(&x, v), verdict_class_name(v->class));
            CHECK(v->answers[QUESTION_HOLE] == ANSWER_NO, "%s has no hole", text_of(&x, v));
        }
    }
    CHECK(count >= 12, "%zu compute forms", count);
    x86_end(&x);
}

static void test_umip(void) {
    struct x86 x;
    if (!x86_begin(&x)) {
        x86_end(&x);
        return;
    }
    const struct profile *profile = profile_in(x.isa, x.options.profile, x.options.mode < 0 ? 0 : (size_t)x.options.mode);
    unsigned configuration = plain_configuration(x.isa, x.options.profile);
    int umip = isa_find_leaf(x.isa, "cr4.umip");
    bool found = false;
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        if ((int)profile->free_bits[i].leaf == umip) {
            configuration |= 1u << i;
            found = true;
        }
    }
    CHECK(found, "cr4.umip is free");
    for (size_t i = 0; i < sizeof closed_by_umip / sizeof closed_by_umip[0]; i++) {
        struct classify_options o = x.options;
        o.instruction = closed_by_umip[i];
        o.configuration = configuration;
        char *message = NULL;
        bool internal = false;
        struct classification *c = classify(x.isa, &o, &message, &internal);
        CHECK(c != NULL && c->theorem[0].holds == ANSWER_YES && c->virtualizable_pointwise == ANSWER_YES, "CR4.UMIP closes %s", closed_by_umip[i]);
        free(message);
        classification_free(c);
    }
    x86_end(&x);
}

/* Is the form a violation when trap point `point` (from 1) is left out? */
static enum answer violation_without(const struct x86 *x, const struct form *form, unsigned point) {
    struct isa *isa = load_file(X86, form->text, point);
    if (isa == NULL) {
        return ANSWER_UNDECIDED;
    }
    struct classify_options o = x->options;
    o.instruction = form->text;
    struct classification *c = classify_plain(isa, &o);
    enum answer violated_now = ANSWER_UNDECIDED;
    if (c != NULL) {
        violated_now = c->theorem[0].violation_count > 0 ? ANSWER_YES : ANSWER_NO;
    }
    classification_free(c);
    isa_free(isa);
    return violated_now;
}

/* The condition of a trap point at one privilege level, everything else as in the plain configuration with IOPL 0. */
static term at_level(const struct x86 *x, term condition, unsigned level) {
    const struct isa *isa = x->isa;
    const struct profile *profile = profile_in(isa, x->options.profile, 0);
    int cpl = isa_find_leaf(isa, "cpl");
    int iopl = isa_find_leaf(isa, "iopl");
    struct substitution *s = substitution_new(isa->pool);
    if (s == NULL || cpl < 0 || iopl < 0) {
        substitution_free(s);
        return term_false(isa->pool);
    }
    substitution_replace(s, isa->leaves[cpl].symbol, term_constant(isa->pool, 2, level));
    substitution_replace(s, isa->leaves[iopl].symbol, term_constant(isa->pool, 2, 0));
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        const struct free_bit *bit = &profile->free_bits[i];
        substitution_replace(s, isa->leaves[bit->leaf].symbol, term_constant(isa->pool, 1, bit->plain));
    }
    term result = substitute(s, condition);
    substitution_free(s);
    return result;
}

/* A trap point that some user state reaches and no supervisor state does. */
static bool is_privilege_check(const struct x86 *x, term condition) {
    word128 user = 1;
    word128 supervisor = 1;
    bool never_in_user = term_is_constant(x->isa->pool, at_level(x, condition, 3), &user) && user == 0;
    bool never_in_supervisor = term_is_constant(x->isa->pool, at_level(x, condition, 0), &supervisor) && supervisor == 0;
    return !never_in_user && never_in_supervisor;
}

/* Negative control: no privileged form stays fine when a privilege check of it is dropped. */
static void test_dropped_checks(void) {
    struct x86 x;
    size_t count = 0;
    if (!x86_begin(&x) || (x.classification = classify_plain(x.isa, &x.options)) == NULL) {
        x86_end(&x);
        return;
    }
    for (size_t i = 0; i < x.classification->verdict_count; i++) {
        const struct form_verdict *v = &x.classification->verdicts[i];
        const struct form *form = &x.isa->forms[v->form];
        for (unsigned p = 0; v->class == VERDICT_PRIVILEGED_SENSITIVE && p < form->semantics[v->mode]->point_count; p++) {
            if (is_privilege_check(&x, form->semantics[v->mode]->points[p].condition)) {
                CHECK(violation_without(&x, form, p + 1) == ANSWER_YES, "%s without trap point %u is a violation", form->text, p + 1);
                count++;
            }
        }
    }
    CHECK(count >= 16, "%zu privilege checks were dropped", count);
    x86_end(&x);
}

static const struct test tests[] = {
    {"Robin and Irvine, privileged instructions, witnesses", test_verdicts},
    {"compute forms are innocuous", test_compute},
    {"CR4.UMIP", test_umip},
    {"dropped privilege checks", test_dropped_checks},
};
const struct suite x86_suite = SUITE("x86", tests);
