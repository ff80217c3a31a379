/* The third generation machine: what runs is the C of vmm-model, the bare machine and the monitor that are proven. Here they are only put together.
 */
#include "machine.h"

#include "allocator.h"
#include "hybrid.h"

#include <stdlib.h>
#include <string.h>

struct proven {
    struct machine machine;
    enum machine_kind kind;
    struct third_generation host;                         /* the real processor */
    struct virtual_machine level[MACHINE_MOST_DEPTH + 1]; /* level[0]: the bare machine, when there is no monitor */
    unsigned place[TARGET_COMPONENTS];                    /* by component: which field of the processor it is */
};

enum field { FIELD_PRIVILEGE, FIELD_COUNTER, FIELD_BASE, FIELD_BOUND, FIELD_HALTED, FIELD_SIZE, FIELD_REGISTERS };
static const char *const field_names[] = {"privilege", "pc", "r.base", "r.bound", "halted", "size"};

static struct proven *of(struct machine *m) { return (struct proven *)(void *)m; }

static struct virtual_machine *guest(struct proven *p) { return &p->level[p->machine.place.depth]; }

static uint16_t *storage_of(const struct proven *p, unsigned level) { return p->machine.place.storage + p->machine.place.real_place[level]; }

/* A monitor that runs on the virtual machine below it: that machine trapped while the guest ran on it. What the routines do is proven; that they are
 * called for these cases is what monitor_step does with the real machine. */
static uint32_t dispatch(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, uint32_t outcome) {
    if (outcome == PRIVILEGED_TRAP) {
        uint16_t instruction = ram[v->origin + v->processor.r_base + v->processor.pc];
        switch (instruction / 256) {
        case OPERATION_LPSW:
            return dispatch_LPSW(v, ram, ram_count, second_operand(instruction));
        case OPERATION_LRB:
            return dispatch_LRB(v, ram, ram_count, first_operand(instruction), second_operand(instruction));
        case OPERATION_HALT:
            return dispatch_HALT(v, ram, ram_count);
        default:
            break;
        }
    }
    v->entries = v->entries + 1;
    reflect_trap(v, ram, ram_count, outcome);
    return outcome;
}

/* One step of the machine of a level. Its real processor is the virtual processor of the level below; the outermost runs on the real one. */
static uint32_t step_level(struct proven *p, unsigned level) {
    struct virtual_machine *v = &p->level[level];
    if (level == 1) {
        return monitor_step(v, &p->host, p->machine.place.storage, p->machine.place.count);
    }
    if (v->processor.halted == 1) {
        return DONE;
    }
    struct virtual_machine *below = &p->level[level - 1];
    uint32_t words = p->machine.place.words[level - 1];
    load_processor(v, &below->processor, words);
    uint32_t outcome = step_level(p, level - 1);
    if (outcome == DONE) {
        save_processor(v, &below->processor);
        return DONE;
    }
    return dispatch(v, storage_of(p, level - 1), words, outcome);
}

static uint64_t entries(const struct proven *p) {
    uint64_t sum = 0;
    for (unsigned level = 1; level <= p->machine.place.depth; level++) {
        sum += p->level[level].entries;
    }
    return sum;
}

/* The counts of the monitors are modulo 2^32; what they grew by since the last look is not. */
static void count_entries(struct proven *p) {
    p->machine.entries += entries(p);
    for (unsigned level = 1; level <= p->machine.place.depth; level++) {
        p->level[level].entries = 0;
    }
}

static void proven_step(struct machine *m, struct machine_step *result) {
    struct proven *p = of(m);
    struct virtual_machine *v = guest(p);
    uint64_t before = m->entries;
    bool bare = m->place.depth == 0;
    bool interpreted = p->kind == MACHINE_HYBRID && v->processor.privilege == SUPERVISOR;
    if (bare) {
        result->outcome = machine_step(&v->processor, machine_words(m), machine_word_count(m));
    } else if (p->kind == MACHINE_HYBRID) {
        result->outcome = hybrid_step(v, &p->host, m->place.storage, m->place.count);
    } else {
        result->outcome = step_level(p, m->place.depth);
    }
    /* While the interpreter runs, nothing of the guest is on the real processor. */
    m->escaped = m->escaped || (!bare && !interpreted && p->host.privilege != USER);
    count_entries(p);
    result->direct = !bare && result->outcome == DONE && m->entries == before;
    result->failed = false;
}

static unsigned proven_interrupt(struct machine *m) {
    struct proven *p = of(m);
    unsigned depth = m->place.depth;
    if (depth == 0) {
        return machine_interrupt(&p->level[0].processor, m->place.storage, m->place.count, &m->timer);
    }
    unsigned outcome = monitor_interrupt(guest(p), storage_of(p, depth - 1), m->place.words[depth - 1], &m->timer);
    count_entries(p);
    return outcome;
}

static void read_processor(const struct proven *p, const struct third_generation *s, word128 *values) {
    const word128 fields[] = {s->privilege, s->pc, s->r_base, s->r_bound, s->halted, s->size};
    for (unsigned i = 0; i < p->machine.target->component_count; i++) {
        values[i] = p->place[i] < FIELD_REGISTERS ? fields[p->place[i]] : s->reg[p->place[i] - FIELD_REGISTERS];
    }
}

static void proven_read(const struct machine *m, word128 *values) {
    const struct proven *p = (const struct proven *)(const void *)m;
    read_processor(p, &p->level[m->place.depth].processor, values);
}

static void proven_read_real(const struct machine *m, word128 *values) {
    const struct proven *p = (const struct proven *)(const void *)m;
    read_processor(p, m->place.depth == 0 ? &p->level[0].processor : &p->host, values);
}

static void proven_write(struct machine *m, const word128 *values) {
    struct proven *p = of(m);
    struct third_generation *s = &guest(p)->processor;
    word128 fields[FIELD_REGISTERS] = {0};
    for (unsigned i = 0; i < m->target->component_count; i++) {
        if (p->place[i] < FIELD_REGISTERS) {
            fields[p->place[i]] = values[i];
        } else {
            s->reg[p->place[i] - FIELD_REGISTERS] = (uint16_t)values[i];
        }
    }
    s->privilege = (uint8_t)(fields[FIELD_PRIVILEGE] & 1);
    s->pc = (uint16_t)fields[FIELD_COUNTER];
    s->r_base = (uint16_t)fields[FIELD_BASE];
    s->r_bound = (uint16_t)fields[FIELD_BOUND];
    s->halted = (uint8_t)(fields[FIELD_HALTED] & 1);
}

static bool proven_fetch(const struct machine *m, uint16_t *instruction) {
    const struct proven *p = (const struct proven *)(const void *)m;
    const struct third_generation *s = &p->level[m->place.depth].processor;
    bool reached = reaches(s->r_base, s->r_bound, s->size, s->pc) == 1;
    *instruction = reached ? machine_words(m)[s->r_base + s->pc] : 0;
    return reached;
}

static void proven_free(struct machine *m) { free(of(m)); }

/* Finds the fields by the names that the description gives them. */
static bool match_components(struct proven *p, const struct target *t) {
    for (unsigned i = 0; i < t->component_count; i++) {
        const struct component *c = &t->components[i];
        const char *name = t->isa->leaves[c->leaf].name;
        unsigned field = 0;
        while (field < FIELD_REGISTERS && strcmp(field_names[field], name) != 0) {
            field++;
        }
        if (field == FIELD_REGISTERS && (strcmp(name, "reg") != 0 || c->index >= 8)) {
            return false;
        }
        p->place[i] = field + (field == FIELD_REGISTERS ? c->index : 0);
    }
    return true;
}

struct machine *machine_new_proven(const struct target *t, const struct machine_request *request, const char **message) {
    static const struct machine_operations operations = {proven_step,  proven_interrupt, proven_read, proven_read_real,
                                                         proven_write, proven_fetch,     proven_free};
    struct proven *p = calloc(1, sizeof *p);
    *message = "out of memory";
    if (p == NULL) {
        return NULL;
    }
    p->machine = (struct machine){.operations = &operations, .target = t, .timer = {request->interval, request->interval}};
    p->kind = request->kind;
    if (!match_components(p, t)) {
        *message = "the proven monitor is for the built-in third generation machine";
        free(p);
        return NULL;
    }
    if (!placement_new(&p->machine.place, request, message)) {
        free(p);
        return NULL;
    }
    const struct placement *place = &p->machine.place;
    for (unsigned level = 0; level <= place->depth; level++) {
        switch_on(&p->level[level], place->origin[level], place->words[level]);
    }
    return &p->machine;
}
