/* Executes steps that read arrays, call opaque functions or push a frame: on a copy of the state, and more than once where something is missing. */
#include "breakpoints.h"
#include "decode.h"
#include "execute.h"
#include "ports.h"
#include "task_switch.h"

/* Values that stand for what cannot be read: no bits, all bits, and descriptors, gates and selectors of each kind that checks tell apart. */
static const uint64_t samples[] = {0,
                                   UINT64_MAX,
                                   0x00CF9B000000FFFFu,
                                   0x00CFFB000000FFFFu,
                                   0x00CF93000000FFFFu,
                                   0x00CFF3000000FFFFu,
                                   0x0000820000000067u,
                                   0x0000890000000067u,
                                   0x00008B0000000067u,
                                   0x00008E0000080000u,
                                   0x0000EC0000080000u,
                                   0x0000000000000008u,
                                   0x0000000000000010u,
                                   0x0000000000000023u,
                                   0x9E3779B97F4A7C15u};
#define SAMPLES (sizeof samples / sizeof samples[0])

word128 missing_value(struct trial *t, enum missing_kind kind, unsigned which, uint64_t index, const struct fault *fault) {
    unsigned at = 0;
    while (at < t->count && (t->missing[at].kind != kind || t->missing[at].which != which || t->missing[at].index != index)) {
        at++;
    }
    if (at == t->count && at < MOST_MISSING) {
        t->missing[t->count++] = (struct missing){kind, which, index, *fault};
    }
    uint64_t value = at == t->varied ? samples[t->sample] : 0;
    value = t->varied == ALL_MISSING ? samples[SAMPLES - 1] * (which + 1u) ^ index : value;
    return ((word128)value << 64) | value;
}

uint32_t attempt(struct processor *p, const struct instruction *i, struct trial *t, const struct operands *o) {
    t->after = p->state;
    t->argument = 0;
    t->has_gate = false;
    t->asked = 0;
    arrays_clear(p);
    for (unsigned k = 0; k < i->count; k++) {
        const struct location *place = &i->places[k];
        bool frame_word = place->kind == PLACE_PUSHED;
        t->values[k] = frame_word ? o->old : o->values[k];
        if (!o->available[k] && (place->direction & 1) != 0) {
            t->values[k] = missing_value(t, MISSING_OPERAND, k, 0, &o->fault[k]);
        }
    }
    t->outcome = call_step(p, i, &t->after, t->values, &t->argument);
    return t->outcome;
}

static uint64_t hash_of(const struct processor *p, const struct instruction *i, const struct trial *t) {
    uint64_t hash = t->outcome == 0 ? arrays_hash(p) : t->outcome * UINT64_C(0x9E3779B97F4A7C15) + t->argument;
    uint64_t word = 0;
    for (size_t k = 0; k < sizeof t->after / sizeof word; k++) {
        memcpy(&word, (const uint8_t *)&t->after + k * sizeof word, sizeof word);
        hash = (hash ^ word ^ hash >> 29) * UINT64_C(0x9E3779B97F4A7C15);
    }
    for (unsigned k = 0; t->outcome == 0 && k < i->count; k++) {
        if ((i->places[k].direction & 2) != 0) {
            hash = (hash ^ (uint64_t)t->values[k]) * UINT64_C(0x9E3779B97F4A7C15);
        }
    }
    return hash;
}

/* Whether something that is missing changes the result: then it is a fault, or the machine cannot go on. */
static bool depends_on_missing(struct processor *p, const struct instruction *i, struct trial *t, const struct operands *o, struct fault *fault) {
    uint64_t reference = hash_of(p, i, t);
    bool depends = false;
    bool only_functions = true;
    for (unsigned k = 0; k < t->count; k++) {
        only_functions = only_functions && t->missing[k].kind == MISSING_FUNCTION;
    }
    if (only_functions) { /* any values will do: one try says that none matters */
        t->varied = ALL_MISSING;
        (void)attempt(p, i, t, o);
        if (hash_of(p, i, t) == reference) {
            t->varied = MOST_MISSING;
            return false;
        }
    }
    for (unsigned k = 0; k < t->count && !depends; k++) {
        t->varied = k;
        for (t->sample = 1; t->sample < SAMPLES && !depends; t->sample++) {
            (void)attempt(p, i, t, o);
            depends = hash_of(p, i, t) != reference;
        }
        *fault = t->missing[k].fault;
        if (depends && fault->vector == 0) {
            p->failure = instruction_text(p, i);
        }
    }
    t->varied = MOST_MISSING;
    return depends;
}

static void fetch_operands(struct processor *p, const struct instruction *i, struct operands *o) {
    bool user = p->state.cpl == 3;
    bool none = repeat_is_over(p, i);
    uint32_t pushed = 0;
    for (unsigned k = 0; k < i->count; k++) {
        const struct location *place = &i->places[k];
        o->available[k] = true;
        o->values[k] = 0;
        if (place->kind == PLACE_UNKNOWN) {
            o->available[k] = false;
            o->fault[k] = (struct fault){0, false, false, 0, 0};
        } else if (place->kind == PLACE_V86) {
            uint32_t words[4] = {0};
            struct location wide = *place;
            wide.bytes = sizeof words;
            o->available[k] = place_linear(p, &wide, ACCESS_READ, &o->linear[k], &o->fault[k]) &&
                              linear_read(p, o->linear[k], words, sizeof words, user, &o->fault[k]);
            for (unsigned w = 0; w < 4; w++) {
                o->values[k] |= (word128)(words[w] & 0xFFFF) << (16 * w);
            }
        } else if (!none && (place->kind != PLACE_PUSHED || (i->flags & INSTRUCTION_FRAME) == 0)) {
            o->available[k] = fetch_operand(p, place, user, &pushed, &o->linear[k], &o->values[k], &o->fault[k]);
        }
    }
}

static bool store_operands(struct processor *p, const struct instruction *i, const struct trial *t, const struct operands *o, struct fault *fault) {
    bool user = p->state.cpl == 3;
    bool none = repeat_is_over(p, i);
    bool frame = (i->flags & INSTRUCTION_FRAME) != 0;
    for (unsigned k = 0; k < i->count; k++) {
        const struct location *place = &i->places[k];
        bool in_memory = place->kind == PLACE_MEMORY || place->kind == PLACE_AREA || (place->kind == PLACE_PUSHED && !frame);
        if ((place->direction & 2) != 0 && in_memory && !none) {
            if (!o->available[k]) {
                *fault = o->fault[k];
                return false;
            }
            if (!store_operand(p, place, user, o->linear[k], t->values[k], fault)) {
                return false;
            }
        }
    }
    return true;
}

/* Registers are written last, into the state after the step. */
static void store_registers(struct processor *p, const struct instruction *i, const struct trial *t) {
    for (unsigned k = i->count; k-- > 0;) {
        if ((i->places[k].direction & 2) != 0 && is_register(&i->places[k])) {
            write_register(p, &i->places[k], t->values[k]);
        }
    }
}

/* Which words of the frame the step wrote: those that do not keep what they held. */
static void find_assigned(struct processor *p, const struct instruction *i, struct trial *t, struct operands *o, bool *assigned) {
    word128 first[MOST_OPERANDS];
    memcpy(first, t->values, sizeof first);
    o->old = ~(word128)0;
    (void)attempt(p, i, t, o);
    for (unsigned k = 0; k < i->count; k++) {
        assigned[k] = i->places[k].kind == PLACE_PUSHED && first[k] == t->values[k];
    }
    o->old = 0;
    (void)attempt(p, i, t, o);
}

static void use_port(struct processor *p, const struct instruction *i, struct trial *t, const struct operands *o) {
    p->met |= breakpoints_on_port(&p->state, t->port, i->port_bytes);
    if (t->port_use == PORT_READ) {
        t->port_value = ports_read(p->ports, t->port, i->port_bytes);
        (void)attempt(p, i, t, o);
    } else if (t->port_use == PORT_WRITTEN) {
        ports_write(p->ports, t->port, i->port_bytes, t->port_value);
    }
}

/* What is stored is stored: the rest of the switch. */
static bool finish_switch(struct processor *p, const struct instruction *i, const struct event *event, struct task_switch *how, struct fault *fault) {
    const struct x86 after = p->trial->after; /* the trial is used again meanwhile */
    how->length = i->length;
    how->returns = strcmp(p->decoder->isa->forms[i->form].instruction, "IRET") == 0;
    how->resumes = event != NULL && event->resume;
    how->has_error = event != NULL && event->has_error;
    how->error = event != NULL ? event->error : 0;
    return task_switch(p, how, &after, fault);
}

bool execute_event(struct processor *p, const struct instruction *i, const struct event *event, struct fault *fault) {
    struct trial *t = p->trial;
    struct operands o = {0};
    struct frame frame = {.count = 0};
    bool assigned[MOST_OPERANDS];
    memset(t, 0, sizeof *t);
    t->varied = MOST_MISSING;
    o.old = 0;
    fetch_operands(p, i, &o);
    (void)attempt(p, i, t, &o);
    if (t->count > 0) {
        if (depends_on_missing(p, i, t, &o, fault)) {
            return false;
        }
        (void)attempt(p, i, t, &o);
    }
    t->vectors = p->vectors;
    if ((t->computed || i->host.x87) && t->outcome == 0 && !compute(p, i, t, &o)) {
        return false;
    }
    if (t->outcome != 0) {
        *fault = fault_of_outcome(t->outcome, t->argument);
        return false;
    }
    struct task_switch how;
    bool switches = t->after.task != p->state.task;
    if (switches && !task_switch_ready(p, &t->after, &how, fault)) {
        return false;
    }
    if ((i->flags & INSTRUCTION_FRAME) != 0 && !switches) {
        find_assigned(p, i, t, &o, assigned);
        if (!frame_make(p, i, t, assigned, &frame, fault)) {
            return false;
        }
    }
    if (!arrays_commit(p, false, fault)) {
        return false;
    }
    if (arrays_wrote_port(p)) {
        for (unsigned k = 0; k < i->count; k++) { /* INS: the device is not asked when its answer cannot be stored */
            if (i->places[k].kind == PLACE_MEMORY && !o.available[k]) {
                *fault = o.fault[k];
                return false;
            }
        }
        use_port(p, i, t, &o);
    }
    if (!store_operands(p, i, t, &o, fault) || !frame_store(p, &frame, fault) || !arrays_commit(p, true, fault)) {
        return false;
    }
    if (switches) {
        return finish_switch(p, i, event, &how, fault);
    }
    for (unsigned k = 0; k < i->count && (i->flags & INSTRUCTION_RESUMES) != 0; k++) {
        p->next_resume = p->next_resume || (strcmp(i->step->operands[k].name, "new_flags") == 0 && (o.values[k] & FLAG_RESUME) != 0);
    }
    p->state = t->after;
    p->vectors = t->vectors;
    if (frame.count > 0) {
        uint32_t mask = stack_mask(&p->state);
        p->state.rsp = (p->state.rsp & ~(uint64_t)mask) | (frame.pointer & mask);
    }
    store_registers(p, i, t);
    return true;
}

bool execute_carefully(struct processor *p, const struct instruction *i, struct fault *fault) { return execute_event(p, i, NULL, fault); }
