/* Trap and emulate for any teaching machine: the monitor of the paper over the evaluator, with no instruction's semantics of its own. It runs every
 * instruction on the real processor in user mode, as the profile maps the state, and interprets what traps while the guest is in supervisor mode. It
 * keeps the mode and what is shadowed or mapped in a record of its own, and never looks at what the real processor has there. For a machine that
 * meets the condition of Theorem 1 that is a monitor; for another one it shows the difference. */
#include "machine.h"

#include "execution.h"

#include <stdlib.h>
#include <string.h>

struct model {
    struct machine machine;
    enum machine_kind kind;
    struct execution execution;
    uint64_t seed, steps;
    word128 state[MACHINE_MOST_DEPTH + 1][TARGET_COMPONENTS]; /* level 0: the real processor */
    word128 user_modes[TARGET_COMPONENTS];                    /* the first user state, as far as modes go */
    bool mapped[TARGET_COMPONENTS + 1];                       /* by leaf; the storage has no component */
    bool failed;
};

static struct model *of(struct machine *m) { return (struct model *)(void *)m; }

static word128 evaluate(struct model *m, const word128 *values, term t) {
    word128 result = 0;
    m->failed = !evaluate_over(&m->execution, values, t, &result) || m->failed;
    return result;
}

static bool is_user(struct model *m, const word128 *values) { return evaluate(m, values, m->machine.target->profile->user) != 0; }

static struct processor_view view(struct model *m, unsigned level) {
    const struct placement *p = &m->machine.place;
    return (struct processor_view){m->state[level], p->storage + p->real_place[level], p->words[level]};
}

static unsigned execute(struct model *m, unsigned level) {
    struct processor_view p = view(m, level);
    unsigned outcome = OUTCOME_DONE;
    m->failed = !execute_instruction(&m->execution, &p, &outcome) || m->failed;
    return outcome;
}

/* Which components the monitor keeps for the guest, and the real processor has otherwise. */
static bool is_kept(const struct model *m, unsigned leaf) {
    const struct target *t = m->machine.target;
    enum state_class class = t->isa->leaves[leaf].class;
    return class == CLASS_MODE || class == CLASS_PARAMETER || t->profile->shadowed[leaf] || m->mapped[leaf];
}

/* The map f: the state of the machine below while the guest of this level runs on it. */
static void map_state(struct model *m, unsigned level, word128 *below) {
    const struct target *t = m->machine.target;
    const word128 *guest = m->state[level];
    const word128 *modes = is_user(m, guest) ? guest : m->user_modes;
    for (unsigned i = 0; i < t->component_count; i++) {
        unsigned leaf = t->components[i].leaf;
        if (t->isa->leaves[leaf].class == CLASS_MODE) {
            below[i] = modes[i];
        } else if (!is_kept(m, leaf)) {
            below[i] = guest[i];
        }
    }
    m->execution.origin = m->machine.place.origin[level];
    m->execution.host_words = m->machine.place.words[level - 1];
    for (size_t i = 0; i < t->profile->mapping_count; i++) {
        below[t->first[t->profile->mappings[i].leaf]] = evaluate(m, guest, t->profile->mappings[i].value);
    }
    below[t->size] = m->machine.place.words[level - 1];
    below[t->halted] = 0;
}

/* What the guest changed on the machine below becomes its own. */
static void take_back(struct model *m, unsigned level) {
    const struct target *t = m->machine.target;
    for (unsigned i = 0; i < t->component_count; i++) {
        if (!is_kept(m, t->components[i].leaf)) {
            m->state[level][i] = m->state[level - 1][i];
        }
    }
}

/* The real processor as the monitor left it: user mode, and the relocation register that it loaded. */
static void check_real_processor(struct model *m, const word128 *loaded) {
    const struct target *t = m->machine.target;
    const word128 *real = m->state[0];
    if (!is_user(m, real) || real[t->base] != loaded[t->base] || real[t->bound] != loaded[t->bound] || real[t->halted] != loaded[t->halted]) {
        m->machine.escaped = true;
    }
}

/* One instruction of the machine of a level. A trap is not delivered: it is the business of whoever controls the machine. */
static unsigned run(struct model *m, unsigned level) {
    if (level == 0) {
        return execute(m, 0);
    }
    bool user = is_user(m, m->state[level]);
    if (m->kind == MACHINE_HYBRID && !user) {
        m->machine.entries++;
        return execute(m, level);
    }
    word128 loaded[TARGET_COMPONENTS];
    map_state(m, level, m->state[level - 1]);
    memcpy(loaded, m->state[0], sizeof loaded);
    unsigned outcome = run(m, level - 1);
    if (level == 1) {
        check_real_processor(m, loaded);
    }
    if (outcome == OUTCOME_DONE) {
        take_back(m, level);
        return OUTCOME_DONE;
    }
    m->machine.entries++;
    return user ? outcome : execute(m, level);
}

/* The trap of the machine: words 0 to 4 get the old program status word and the cause, words 8 to 11 have the new one. All modes are in its first
 * word, from bit 0 on, in the order of the description. */
static void take(struct model *m, unsigned outcome) {
    const struct target *t = m->machine.target;
    word128 *s = m->state[m->machine.place.depth];
    uint16_t *word = machine_words(&m->machine);
    unsigned modes = 0;
    unsigned bit = 0;
    for (unsigned i = 0; i < t->component_count; i++) {
        const struct leaf *leaf = &t->isa->leaves[t->components[i].leaf];
        if (leaf->class == CLASS_MODE) {
            unsigned loaded = (unsigned)word[8] >> bit & ((1u << leaf->width) - 1);
            modes |= (unsigned)s[i] << bit;
            s[i] = leaf->value_count != 0 && loaded >= leaf->value_count ? 0 : loaded;
            bit += leaf->width;
        }
    }
    const uint16_t old[] = {(uint16_t)modes, (uint16_t)s[t->counter], (uint16_t)s[t->base], (uint16_t)s[t->bound], (uint16_t)outcome};
    s[t->counter] = word[9];
    s[t->base] = word[10];
    s[t->bound] = word[11];
    memcpy(word, old, sizeof old);
}

static void model_step(struct machine *machine, struct machine_step *result) {
    struct model *m = of(machine);
    const struct target *t = machine->target;
    unsigned level = machine->place.depth;
    uint64_t before = machine->entries;
    m->execution.choice = m->seed + m->steps * 0x9E3779B97F4A7C15u;
    if (m->state[level][t->halted] != 0) {
        *result = (struct machine_step){OUTCOME_DONE, false, false};
        return;
    }
    m->steps++;
    result->outcome = run(m, level);
    if (result->outcome != OUTCOME_DONE) {
        take(m, result->outcome);
    }
    /* Time passes by the guest's instructions; what the monitor does takes none. */
    for (unsigned i = 0; i < t->component_count; i++) {
        const struct leaf *leaf = &t->isa->leaves[t->components[i].leaf];
        if (leaf->class == CLASS_CLOCK) {
            m->state[level][i] = (m->state[level][i] + 1) & (((word128)1 << leaf->width) - 1);
        }
    }
    result->direct = level > 0 && result->outcome == OUTCOME_DONE && machine->entries == before;
    result->failed = m->failed;
}

static unsigned model_interrupt(struct machine *machine) {
    struct model *m = of(machine);
    word128 *s = m->state[machine->place.depth];
    if (machine->timer.interval == 0 || machine->timer.left > 0 || s[machine->target->halted] != 0 || !is_user(m, s)) {
        return OUTCOME_DONE;
    }
    machine->timer.left = machine->timer.interval;
    machine->entries += machine->place.depth > 0 ? 1 : 0;
    take(m, OUTCOME_TIMER);
    return OUTCOME_TIMER;
}

static void model_read(const struct machine *m, word128 *values) {
    const struct model *model = (const struct model *)(const void *)m;
    memcpy(values, model->state[m->place.depth], m->target->component_count * sizeof *values);
}

static void model_read_real(const struct machine *m, word128 *values) {
    const struct model *model = (const struct model *)(const void *)m;
    memcpy(values, model->state[0], m->target->component_count * sizeof *values);
}

static void model_write(struct machine *m, const word128 *values) {
    memcpy(of(m)->state[m->place.depth], values, m->target->component_count * sizeof *values);
}

static bool model_fetch(const struct machine *machine, uint16_t *instruction) {
    struct model *m = (struct model *)(uintptr_t)machine;
    const struct processor_view p = view(m, machine->place.depth);
    bool reached = false;
    m->failed = !fetch_instruction(&m->execution, &p, &reached, instruction) || m->failed;
    return reached;
}

static void model_free(struct machine *m) {
    execution_free(&of(m)->execution);
    free(of(m));
}

/* The first assignment of the modes under which a condition of the profile holds, counting upwards. */
static bool find_modes(struct model *m, term condition, word128 *values) {
    const struct target *t = m->machine.target;
    for (;;) {
        if (evaluate(m, values, condition) != 0) {
            return true;
        }
        unsigned i = 0;
        for (; i < t->component_count; i++) {
            const struct leaf *leaf = &t->isa->leaves[t->components[i].leaf];
            word128 count = leaf->value_count != 0 ? leaf->value_count : (word128)1 << leaf->width;
            if (leaf->class == CLASS_MODE && ++values[i] < count) {
                break;
            }
            if (leaf->class == CLASS_MODE) {
                values[i] = 0;
            }
        }
        if (i == t->component_count || m->failed) {
            return false;
        }
    }
}

static bool switch_all_on(struct model *m) {
    const struct target *t = m->machine.target;
    for (size_t i = 0; i < t->profile->mapping_count; i++) {
        m->mapped[t->profile->mappings[i].leaf] = true;
    }
    if (!find_modes(m, t->profile->user, m->user_modes) || !find_modes(m, t->profile->supervisor, m->state[0])) {
        return false;
    }
    for (unsigned level = 0; level <= m->machine.place.depth; level++) {
        uint32_t words = m->machine.place.words[level];
        memcpy(m->state[level], m->state[0], sizeof m->state[0]);
        m->state[level][t->counter] = TARGET_TRAP_WORDS;
        m->state[level][t->bound] = words == TARGET_MOST_WORDS ? TARGET_MOST_WORDS - 1 : words;
        m->state[level][t->size] = words;
    }
    return true;
}

struct machine *machine_new_model(const struct target *t, const struct machine_request *request, const char **message) {
    static const struct machine_operations operations = {model_step,  model_interrupt, model_read, model_read_real,
                                                         model_write, model_fetch,     model_free};
    struct model *m = calloc(1, sizeof *m);
    *message = "out of memory";
    if (m == NULL) {
        return NULL;
    }
    m->machine = (struct machine){.operations = &operations, .target = t, .timer = {request->interval, request->interval}};
    m->kind = request->kind;
    m->seed = request->seed;
    if (!execution_new(&m->execution, t, message)) {
        free(m);
        return NULL;
    }
    if (!placement_new(&m->machine.place, request, message)) {
        model_free(&m->machine);
        return NULL;
    }
    if (!switch_all_on(m)) {
        *message = "its profile has no user state or no supervisor state";
        machine_free(&m->machine);
        return NULL;
    }
    return &m->machine;
}
