/* x86 in all modes: what is known of it must come out. */
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
            bool runs = v->answers[QUESTION_SUPERVISOR_RUNS] == ANSWER_YES; /* LLDT and LTR are #UD in real-address and virtual-8086 mode */
            CHECK(!runs || !begins_word(text_of(&x, v), privileged[k]) || v->privileged == ANSWER_YES, "%s is privileged", text_of(&x, v));
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

/* The operating modes in which the form is a violation when these trap points are left out. */
static uint64_t violations_without(const struct x86 *x, const struct form *form, uint64_t points) {
    struct isa *isa = load_dropped(X86, form->text, form->text, points);
    uint64_t modes = 0;
    if (isa == NULL) {
        return 0;
    }
    struct classify_options o = x->options;
    o.instruction = form->text;
    struct classification *c = classify_plain(isa, &o);
    for (size_t i = 0; c != NULL && i < c->theorem[0].violation_count; i++) {
        modes |= (uint64_t)1 << c->verdicts[c->theorem[0].violations[i]].mode;
    }
    classification_free(c);
    isa_free(isa);
    return modes;
}

static void fix(const struct isa *isa, struct substitution *s, const char *name, unsigned value) {
    int leaf = isa_find_leaf(isa, name);
    if (CHECK(leaf >= 0, "there is a component %s", name)) {
        substitution_replace(s, isa->leaves[leaf].symbol, term_constant(isa->pool, isa->leaves[leaf].width, value));
    }
}

/* The condition of a trap point at one privilege level, everything else as in the plain configuration with IOPL 0. Level 3 of real-address mode is
 * virtual-8086 mode; a supervisor has what no user state has. */
static term at_level(const struct x86 *x, unsigned mode, term condition, unsigned level) {
    const struct isa *isa = x->isa;
    const struct profile *profile = profile_in(isa, x->options.profile, 0);
    struct substitution *s = substitution_new(isa->pool);
    if (s == NULL) {
        return term_false(isa->pool);
    }
    fix(isa, s, "cpl", level);
    fix(isa, s, "iopl", 0);
    fix(isa, s, "guest", 0);
    fix(isa, s, "v386", 0);
    fix(isa, s, "seam", level == 0);
    fix(isa, s, "smm", level == 0);
    if (strcmp(isa->modes[mode].name, "real") == 0 || strcmp(isa->modes[mode].name, "v86") == 0) {
        fix(isa, s, "vm", level != 0);
        fix(isa, s, "pe", level != 0);
    }
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        const struct free_bit *bit = &profile->free_bits[i];
        substitution_replace(s, isa->leaves[bit->leaf].symbol, term_constant(isa->pool, 1, bit->plain));
    }
    term result = substitute(s, condition);
    substitution_free(s);
    return result;
}

/* A trap point that some user state reaches and no supervisor state does. */
static bool is_privilege_check(const struct x86 *x, unsigned mode, term condition) {
    word128 user = 1;
    word128 supervisor = 1;
    bool never_in_user = term_is_constant(x->isa->pool, at_level(x, mode, condition, 3), &user) && user == 0;
    bool never_in_supervisor = term_is_constant(x->isa->pool, at_level(x, mode, condition, 0), &supervisor) && supervisor == 0;
    return !never_in_user && never_in_supervisor;
}

/* The privilege checks of a form in one mode, as bits. */
static uint64_t privilege_checks(const struct x86 *x, const struct form *form, unsigned mode) {
    const struct semantics *s = form->semantics[mode];
    uint64_t checks = 0;
    for (unsigned p = 0; p < s->point_count && p < 64; p++) {
        checks |= is_privilege_check(x, mode, s->points[p].condition) ? (uint64_t)1 << p : 0;
    }
    return checks;
}

/* Leaves out the checks, then those that took over, until nothing is left that keeps user states out. */
static bool violated_at_last(const struct x86 *x, const struct form *form, unsigned mode, uint64_t points) {
    for (unsigned round = 0; round < 4; round++) {
        if ((violations_without(x, form, points) >> mode & 1) != 0) {
            return true;
        }
        struct x86 without = *x;
        without.isa = load_dropped(X86, form->text, form->text, points);
        int found = without.isa == NULL ? -1 : find_form(without.isa, form->text);
        uint64_t more = found < 0 ? 0 : privilege_checks(&without, &without.isa->forms[found], mode);
        isa_free(without.isa);
        if ((more & ~points) == 0) {
            return false;
        }
        points |= more;
    }
    return false;
}

/* Each check alone must matter in every mode; where it does not, because another one catches the same states, leaving out those too must. */
static size_t drop_checks_of(const struct x86 *x, const struct form *form, uint64_t modes) {
    uint64_t checks[64] = {0};
    uint64_t any = 0;
    size_t count = 0;
    for (unsigned mode = 0; mode < x->isa->mode_count; mode++) {
        checks[mode] = (modes >> mode & 1) != 0 ? privilege_checks(x, form, mode) : 0;
        any |= checks[mode];
    }
    for (unsigned p = 0; p < 64; p++) {
        uint64_t violated = (any >> p & 1) != 0 ? violations_without(x, form, (uint64_t)1 << p) : 0;
        for (unsigned mode = 0; mode < x->isa->mode_count; mode++) {
            if ((checks[mode] >> p & 1) == 0) {
                continue;
            }
            bool alone = (violated >> mode & 1) != 0;
            CHECK(alone || violated_at_last(x, form, mode, checks[mode]), "%s (%s) without trap point %u is a violation", form->text,
                  x->isa->modes[mode].name, p + 1);
            count++;
        }
    }
    return count;
}

/* Negative control: no privileged form stays fine when a privilege check of it is dropped. */
static void test_dropped_checks(void) {
    struct x86 x;
    size_t count = 0;
    if (!x86_begin(&x) || (x.classification = classify_plain(x.isa, &x.options)) == NULL) {
        x86_end(&x);
        return;
    }
    const struct classification *c = x.classification;
    for (size_t i = 0; i < c->verdict_count;) {
        unsigned form = c->verdicts[i].form;
        uint64_t modes = 0;
        for (; i < c->verdict_count && c->verdicts[i].form == form; i++) {
            modes |= c->verdicts[i].class == VERDICT_PRIVILEGED_SENSITIVE ? (uint64_t)1 << c->verdicts[i].mode : 0;
        }
        count += modes == 0 ? 0 : drop_checks_of(&x, &x.isa->forms[form], modes);
    }
    CHECK(count >= 300, "%zu privilege checks were dropped", count);
    x86_end(&x);
}

/* The changed processor of the virtualization literature: everything sensitive traps in its new mode, so all three theorems hold. */
static void test_v386(void) {
    struct x86 x;
    if (!x86_begin(&x)) {
        x86_end(&x);
        return;
    }
    x.options.profile = (unsigned)isa_find_profile(x.isa, "v386");
    x.classification = classify_plain(x.isa, &x.options);
    for (size_t i = 0; x.classification != NULL && i < x.classification->theorem[0].violation_count; i++) {
        const struct form_verdict *v = &x.classification->verdicts[x.classification->theorem[0].violations[i]];
        CHECK(false, "%s (%s) is sensitive and does not trap in V386 mode", text_of(&x, v), x.isa->modes[v->mode].name);
    }
    CHECK(x.classification != NULL && x.classification->theorem[0].holds == ANSWER_YES, "Theorem 1 holds of v386");
    CHECK(x.classification != NULL && x.classification->theorem[2].holds == ANSWER_YES, "Theorem 3 holds of v386");
    x86_end(&x);
}

static const struct test tests[] = {
    {"the changed processor v386", test_v386},         {"Robin and Irvine, privileged instructions, witnesses", test_verdicts},
    {"compute forms are innocuous", test_compute},     {"CR4.UMIP", test_umip},
    {"dropped privilege checks", test_dropped_checks},
};
const struct suite x86_suite = SUITE("x86", tests);
