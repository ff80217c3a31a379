/* The simulator as a library: the comparison notices wrong monitors, and does not call right ones wrong. */
#include "../tests.h"

#include "random_program.h"

#include <stdlib.h>
#include <string.h>

#define MACHINE "examples/isa/third_generation.isa"
#define WORDS 48u
#define INTERVAL 7u

struct pair {
    struct machine *bare, *monitored;
};

static void pair_free(struct pair *p) {
    machine_free(p->bare);
    machine_free(p->monitored);
}

static bool pair_new(const struct target *t, enum machine_kind kind, unsigned depth, bool model, struct pair *p) {
    struct machine_request request = {kind, depth, WORDS, INTERVAL, 0};
    const char *message = NULL;
    p->monitored = model ? machine_new_model(t, &request, &message) : machine_new_proven(t, &request, &message);
    request.kind = MACHINE_BARE;
    p->bare = model ? machine_new_model(t, &request, &message) : machine_new_proven(t, &request, &message);
    return CHECK(p->bare != NULL && p->monitored != NULL, "no machines: %s", message);
}

static struct target *load_target(const char *path, struct isa **isa) {
    const char *message = NULL;
    *isa = load_file(path, NULL, 0);
    struct target *t = *isa == NULL ? NULL : target_new(*isa, &message);
    CHECK(t != NULL, "%s: %s", path, message);
    return t;
}

static void check_equal(const struct target *t, const char *title, struct pair *p, uint64_t steps) {
    struct random_run r;
    (void)t;
    run_random(p->bare, p->monitored, steps, 2463534242u, &r);
    CHECK(r.different == 0, "%s: a random program differs after %llu steps", title, (unsigned long long)r.steps);
    CHECK(r.outside == 0, "%s: %u programs changed words outside of their window", title, r.outside);
    CHECK(r.steps >= steps && r.direct > steps / 20 && r.traps > steps / 20 && r.interrupts > steps / 1000,
          "%s: too little happens: %llu steps, %llu directly, %llu traps, %llu interrupts", title, (unsigned long long)r.steps,
          (unsigned long long)r.direct, (unsigned long long)r.traps, (unsigned long long)r.interrupts);
}

static void test_random(void) {
    static const struct {
        const char *title;
        enum machine_kind kind;
        unsigned depth;
        bool model;
        uint64_t steps;
    } cases[] = {
        {"vmm", MACHINE_VMM, 1, false, 200000},
        {"hybrid", MACHINE_HYBRID, 1, false, 200000},
        {"nested=2", MACHINE_NESTED, 2, false, 100000},
        {"nested=8", MACHINE_NESTED, 8, false, 100000},
        {"nested=64", MACHINE_NESTED, 64, false, 20000},
        {"vmm of the model", MACHINE_VMM, 1, true, 20000},
        {"hybrid of the model", MACHINE_HYBRID, 1, true, 20000},
        {"nested=3 of the model", MACHINE_NESTED, 3, true, 20000},
    };
    struct isa *isa = NULL;
    struct target *t = load_target(MACHINE, &isa);
    for (size_t i = 0; t != NULL && i < sizeof cases / sizeof cases[0]; i++) {
        struct pair p = {NULL, NULL};
        if (pair_new(t, cases[i].kind, cases[i].depth, cases[i].model, &p)) {
            check_equal(t, cases[i].title, &p, cases[i].steps);
        }
        pair_free(&p);
    }
    target_free(t);
    isa_free(isa);
}

/* The two implementations of the bare machine and of the monitor, handwritten C that is proven and the evaluator, do the same. */
static void test_model_is_proven(void) {
    struct isa *isa = NULL;
    struct target *t = load_target(MACHINE, &isa);
    static const enum machine_kind kinds[] = {MACHINE_BARE, MACHINE_VMM, MACHINE_HYBRID};
    for (size_t i = 0; t != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        struct machine_request request = {kinds[i], 1, WORDS, INTERVAL, 0};
        const char *message = NULL;
        struct machine *proven = machine_new_proven(t, &request, &message);
        struct machine *model = machine_new_model(t, &request, &message);
        if (CHECK(proven != NULL && model != NULL, "no machines: %s", message)) {
            struct random_run r;
            run_random(proven, model, 20000, 88172645u, &r);
            CHECK(r.different == 0 && r.outside == 0 && r.steps >= 20000, "the model differs from the proven machine of kind %d", (int)kinds[i]);
        }
        machine_free(proven);
        machine_free(model);
    }
    target_free(t);
    isa_free(isa);
}

/* Monitors that are wrong on purpose: the right one, and then one thing spoilt. */
static const struct machine_operations *right;

static void spoil_component(struct machine *m, const char *name, word128 flip) {
    word128 values[TARGET_COMPONENTS];
    right->read(m, values);
    for (unsigned i = 0; i < m->target->component_count; i++) {
        values[i] ^= strcmp(m->target->components[i].name, name) == 0 ? flip : 0;
    }
    right->write(m, values);
}

static void wrong_mode(struct machine *m, struct machine_step *result) {
    right->step(m, result);
    spoil_component(m, "privilege", result->outcome > OUTCOME_MEMORY_TRAP ? 1 : 0);
}
static void wrong_bound(struct machine *m, struct machine_step *result) {
    right->step(m, result);
    spoil_component(m, "r.bound", result->outcome != OUTCOME_DONE ? 0x8000 : 0);
}
static void wrong_register(struct machine *m, struct machine_step *result) {
    right->step(m, result);
    spoil_component(m, "reg[5]", result->outcome == OUTCOME_MEMORY_TRAP ? 1 : 0);
}
static void wrong_word(struct machine *m, struct machine_step *result) {
    right->step(m, result);
    machine_words(m)[4] ^= (uint16_t)(result->outcome != OUTCOME_DONE ? 1 : 0);
}
static void wrong_last_word(struct machine *m, struct machine_step *result) {
    right->step(m, result);
    machine_words(m)[machine_word_count(m) - 1] ^= 0x8000;
}
static void wrong_outcome(struct machine *m, struct machine_step *result) {
    right->step(m, result);
    result->outcome = result->outcome == OUTCOME_MEMORY_TRAP ? OUTCOME_TRAP : result->outcome;
}
static void wrong_neighbour(struct machine *m, struct machine_step *result) {
    right->step(m, result);
    machine_words(m)[machine_word_count(m)] = 0;
}
static void wrong_real_mode(struct machine *m, struct machine_step *result) {
    right->step(m, result);
    m->escaped = true;
}
static unsigned wrong_interrupt(struct machine *m) { return m->timer.left == 1 ? (m->timer.left = 0, right->interrupt(m)) : right->interrupt(m); }

static void test_wrong_monitors(void) {
    static const struct {
        const char *title;
        void (*step)(struct machine *m, struct machine_step *result);
        unsigned (*interrupt)(struct machine *m);
        bool outside; /* what is spoilt is not the guest's */
    } cases[] = {
        {"mode", wrong_mode, NULL, false},          {"bound", wrong_bound, NULL, false},         {"register", wrong_register, NULL, false},
        {"word", wrong_word, NULL, false},          {"last word", wrong_last_word, NULL, false}, {"outcome", wrong_outcome, NULL, false},
        {"neighbour", wrong_neighbour, NULL, true}, {"real mode", wrong_real_mode, NULL, false}, {"timer", NULL, wrong_interrupt, false},
    };
    struct isa *isa = NULL;
    struct target *t = load_target(MACHINE, &isa);
    for (size_t i = 0; t != NULL && i < sizeof cases / sizeof cases[0]; i++) {
        struct pair p = {NULL, NULL};
        if (pair_new(t, MACHINE_VMM, 1, false, &p)) {
            struct random_run r;
            right = p.monitored->operations;
            struct machine_operations wrong = *right;
            wrong.step = cases[i].step != NULL ? cases[i].step : wrong.step;
            wrong.interrupt = cases[i].interrupt != NULL ? cases[i].interrupt : wrong.interrupt;
            p.monitored->operations = &wrong;
            run_random(p.bare, p.monitored, 20000, 2463534242u, &r);
            CHECK(cases[i].outside ? r.outside > 0 && r.different == 0 : r.different > 0, "a monitor with a wrong %s is not noticed", cases[i].title);
            p.monitored->operations = right;
        }
        pair_free(&p);
    }
    target_free(t);
    isa_free(isa);
}

/* What a difference says is what was spoilt. */
static void test_difference(void) {
    struct isa *isa = NULL;
    struct target *t = load_target(MACHINE, &isa);
    struct pair p = {NULL, NULL};
    static struct simulation s;
    const struct simulation_trace no_trace = {NULL, NULL};
    if (t != NULL && pair_new(t, MACHINE_VMM, 1, false, &p)) {
        right = p.monitored->operations;
        struct machine_operations wrong = *right;
        wrong.step = wrong_word;
        p.monitored->operations = &wrong;
        machine_words(p.bare)[12] = machine_words(p.monitored)[12] = 0x0311; /* ADD 1, 1 */
        machine_words(p.bare)[13] = machine_words(p.monitored)[13] = 0x0800; /* SVC */
        simulate(p.bare, p.monitored, 10, &no_trace, &s);
        const struct difference *d = &s.difference;
        CHECK(s.end == END_DIFFERENT && d->step.number == 2 && d->step.instruction == 0x0800 && !d->escaped, "the wrong step is named: %llu",
              (unsigned long long)d->step.number);
        CHECK(d->word_count == 1 && d->words[0].address == 4 && d->words[0].values[0] == 4 && d->words[0].values[1] == 5,
              "%u words differ, the first at %u", d->word_count, d->words[0].address);
        CHECK(memcmp(d->after[0], d->after[1], t->component_count * sizeof d->after[0][0]) == 0 && d->before[t->counter] == 13,
              "no component differs, and the counter was 13");
        p.monitored->operations = right;
    }
    pair_free(&p);
    target_free(t);
    isa_free(isa);
}

/* Machines that are no teaching machines are refused, with the reason. */
static void test_targets(void) {
#define HEAD "isa x \"x\";\ncounter pc : bits(16) next pc + 1;\nmode m : { s, u };\n"
#define PROFILE "profile p \"p\" { user when m == u; supervisor when m == s; }\n"
#define STATE                                                                                                                                        \
    "resource relocation r : { base, bound : bits(16) };\nresource control halted : bit;\nparameter size : bits(17);\n"                              \
    "memory word[bits(16)] : bits(16) at r.base + address when address < r.bound;\n"
#define STOP(encoding) "instruction STOP \"stop\" encoding \"" encoding "\" { halted = 1; }\n"
    static const struct {
        const char *text, *message; /* NULL: it is a teaching machine */
    } cases[] = {
        {HEAD STATE PROFILE STOP("01 0 0"), NULL},
        {HEAD "instruction NOP \"nothing\" encoding \"01 0 0\" { pc = pc; }\n" PROFILE, "it lacks one of"},
        {HEAD STATE STOP("01 0 0"), "it has no profile"},
        {HEAD STATE "resource io port : bits(8);\n" PROFILE STOP("01 0 0"), "resources other than"},
        {HEAD STATE "resource control asleep : bit;\n" PROFILE STOP("01 0 0"), "control resources other than"},
        {HEAD STATE "storage stack[256] : bits(16);\n" PROFILE STOP("01 0 0"), "more than 64 components"},
        {HEAD STATE "trap late = 255 \"late\";\n" PROFILE STOP("01 0 0"), "the timer's"},
        {HEAD STATE "mode wide : bits(16);\n" PROFILE STOP("01 0 0"), "its modes do not fill"},
        {HEAD STATE "storage x : bits(65);\n" PROFILE STOP("01 0 0"), "more than 64 bits"},
        {HEAD STATE "parameter other : bits(17);\n" PROFILE STOP("01 0 0"), "more than one parameter"},
        {HEAD STATE PROFILE STOP("01 0"), "an encoding is not"},
        {HEAD STATE PROFILE STOP("0F 01 /0"), "an encoding is not"},
        {HEAD STATE PROFILE STOP(""), "an encoding is not"},
        {HEAD STATE PROFILE STOP("01 0 0") "instruction GO \"go\" encoding \"01 1 0\" { halted = 0; }\n", "the same operation code"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *messages = NULL;
        const char *message = "";
        struct isa *isa = load_text(cases[i].text, &messages);
        if (CHECK(isa != NULL, "case %zu does not load: %s", i, messages)) {
            struct target *t = target_new(isa, &message);
            bool good = cases[i].message == NULL ? t != NULL : t == NULL && strstr(message, cases[i].message) != NULL;
            CHECK(good, "case %zu: %s", i, t == NULL ? message : "it is taken for a teaching machine");
            target_free(t);
        }
        isa_free(isa);
        free(messages);
    }
}

/* Every word that the assembler's encodings give is decoded to the same instruction and operands. */
static void test_encodings(void) {
    struct isa *isa = NULL;
    struct target *t = load_target(MACHINE, &isa);
    for (size_t i = 0; t != NULL && i < t->encoding_count; i++) {
        const struct word_encoding *e = &t->encodings[i];
        for (unsigned digits = 0; digits < 256; digits++) {
            const struct word_encoding *found = target_decode(t, (uint16_t)(e->operation | digits));
            CHECK(found == e, "%s is decoded as another instruction", e->form->instruction);
            for (unsigned o = 0; found == e && o < e->operand_count; o++) {
                unsigned place = e->place[o];
                CHECK(target_operand(e, o, (uint16_t)digits) == (digits >> place & 7), "%s: operand %u", e->form->instruction, o);
            }
        }
    }
    CHECK(t == NULL || target_decode(t, 0x0000) == NULL, "0 is no instruction");
    target_free(t);
    isa_free(isa);
}

static const struct test tests[] = {
    {"random programs, bare and monitored", test_random},     {"the model does what the proven machines do", test_model_is_proven},
    {"wrong monitors are noticed", test_wrong_monitors},      {"a difference says what differs", test_difference},
    {"machines that are no teaching machines", test_targets}, {"encodings", test_encodings},
};
const struct suite simulator_suite = SUITE("simulator", tests);
