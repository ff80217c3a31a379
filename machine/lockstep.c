/* The model and an engine in lockstep, each with a memory of its own: after every instruction what is visible, and every byte that the model wrote.
 * What the engine does not do itself (delivery of events, ports, HLT) the model does for both; that both see the same exception is compared.
 * Unicorn before 2.1 walks the page tables for their rights, and then takes the linear address for the physical one: what uses a page that is
 * elsewhere, the model does for both as well. */
#include "computer_internal.h"
#include "engine_ports.h"
#include "session_parts.h"

#include <stdlib.h>

#define COMPARED_FLAGS 0x247FD5u /* without RF, VM, VIF and VIP */

struct lockstep {
    struct computer *computer;
    struct engine *engine;
    uint8_t *memory; /* of the engine */
    uint8_t *own;    /* the same, when it is of this file */
    struct write_log log;
    struct undefined_results undefined;
    struct session_result *result;
    char text[160]; /* of the instruction */
    bool apart;     /* the engine could not take over the last state */
    struct machine_state before;
};

static bool differ(struct lockstep *l, const char *what, uint64_t model, uint64_t other) {
    struct session_result *r = l->result;
    if (!r->differs) {
        r->differs = true;
        (void)snprintf(r->difference, sizeof r->difference, "at %04x:%08x, %s: %s is %llx, on the engine %llx",
                       l->before.segments[SEGMENT_CS].selector, (unsigned)l->before.rip, l->text, what, (unsigned long long)model,
                       (unsigned long long)other);
    }
    return false;
}

/* The bytes that the model wrote go to the engine's memory. */
static void copy_writes(struct lockstep *l) {
    uint32_t count = l->log.count < LOGGED_WRITES ? l->log.count : LOGGED_WRITES;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(l->memory + l->log.physical[i], l->computer->memory.bytes + l->log.physical[i], l->log.size[i]);
        l->engine->operations->memory_changed(l->engine, l->log.physical[i], l->log.size[i]);
    }
}

static bool compare_writes(struct lockstep *l) {
    uint32_t count = l->log.count < LOGGED_WRITES ? l->log.count : LOGGED_WRITES;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < l->log.size[i] && !l->log.flags[i]; k++) {
            uint32_t at = l->log.physical[i] + k;
            if (l->memory[at] != l->computer->memory.bytes[at]) {
                char what[40];
                (void)snprintf(what, sizeof what, "the byte of memory at %x", at);
                return differ(l, what, l->computer->memory.bytes[at], l->memory[at]);
            }
        }
    }
    return true;
}

static bool compare_states(struct lockstep *l, const struct machine_state *m, const struct machine_state *o) {
    static const char *const names[8] = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
    static const char *const segments[SEGMENT_COUNT] = {"ES", "CS", "SS", "DS", "FS", "GS"};
    uint64_t mask = COMPARED_FLAGS & ~(uint64_t)l->undefined.flags;
    bool same = m->rip == o->rip || differ(l, "EIP", m->rip, o->rip);
    same = same && ((m->rflags & mask) == (o->rflags & mask) || differ(l, "EFLAGS", m->rflags & mask, o->rflags & mask));
    for (unsigned i = 0; same && i < 8 && !l->undefined.others; i++) {
        same = m->general[i] == o->general[i] || differ(l, names[i], m->general[i], o->general[i]);
    }
    for (unsigned i = 0; same && i < SEGMENT_COUNT; i++) {
        same = m->segments[i].selector == o->segments[i].selector || differ(l, segments[i], m->segments[i].selector, o->segments[i].selector);
    }
    same = same && (m->gdtr_base == o->gdtr_base || differ(l, "the base of GDTR", m->gdtr_base, o->gdtr_base));
    same = same && (m->idtr_base == o->idtr_base || differ(l, "the base of IDTR", m->idtr_base, o->idtr_base));
    same = same && (m->tr.selector == o->tr.selector || differ(l, "TR", m->tr.selector, o->tr.selector));
    same = same && ((m->cr0 & 0x8001000Fu) == (o->cr0 & 0x8001000Fu) || differ(l, "CR0", m->cr0, o->cr0));
    return same && (m->cr3 == o->cr3 || differ(l, "CR3", m->cr3, o->cr3));
}

/* What the manual leaves open is taken from the engine, so that both go on alike. */
static void adopt_undefined(struct lockstep *l, struct machine_state *m, const struct machine_state *o) {
    uint64_t mask = l->undefined.flags;
    if (mask == 0 && !l->undefined.others) {
        return;
    }
    m->rflags = (m->rflags & ~mask) | (o->rflags & mask);
    if (l->undefined.others) {
        memcpy(m->general, o->general, sizeof m->general);
    }
    computer_set_state(l->computer, m);
}

/* Images with the pointers to the last x87 instruction. */
static bool shows_pointers(const char *text) {
    static const char *const names[] = {"FNSTENV", "FNSAVE", "FXSAVE", "XSAVE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strncmp(text, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* One instruction of the engine: alike, or an exception where the model had one too. */
static bool follow_model(struct lockstep *l, bool special, bool events, unsigned vector, bool *again) {
    struct engine_event event;
    struct machine_state model;
    struct machine_state other = l->before;
    const struct engine_operations *o = l->engine->operations;
    if (special) {
        return true;
    }
    o->run(l->engine, 1, &event);
    if (event.stop == ENGINE_REFUSED) {
        *again = true;
        l->result->excused += events ? 0 : 1;
        return true;
    }
    if (events) {
        bool unknown = event.stop == ENGINE_HALT || event.vector == ENGINE_SOME_VECTOR; /* the third of exceptions that it never delivered halts it */
        bool agreed = event.stop != ENGINE_SPENT && (event.vector == vector || unknown);
        return agreed || differ(l, "the vector of an exception", vector, event.stop == ENGINE_EXCEPTION ? event.vector : UINT32_MAX);
    }
    bool pointers = l->engine->shows_own_pointers && shows_pointers(l->text);
    if (pointers || strcmp(l->text, "MOV r32, CR2") == 0) { /* the emulator spoils CR2 whenever it is started */
        l->result->excused++;
        *again = true;
        return true;
    }
    bool completed = event.stop == ENGINE_EXCEPTION && event.executed == 1; /* the next one cannot be fetched */
    if (event.stop != ENGINE_SPENT && !completed) {
        return differ(l, "an exception that only the engine has: vector", UINT32_MAX, event.vector);
    }
    computer_state(l->computer, &model);
    o->get_state(l->engine, &other);
    if (other.rip == l->before.rip && model.rip != l->before.rip) {
        /* The engine ends a repetition by one more look at the counter, and begins anew after a change of the code that it executes. */
        o->run(l->engine, 1, &event);
        o->get_state(l->engine, &other);
        if (other.rip == l->before.rip) {
            *again = true;
            return true;
        }
    }
    l->result->compared++;
    if (!compare_states(l, &model, &other) || !compare_writes(l)) {
        return false;
    }
    adopt_undefined(l, &model, &other);
    return true;
}

static unsigned delivered_vector(const struct computer_statistics *before, const struct computer_statistics *after) {
    for (unsigned i = 0; i < 256; i++) {
        if (before->by_vector[i] != after->by_vector[i]) {
            return i;
        }
    }
    return 256;
}

/* The engine goes on where the model is. It cannot in every state, which then are the model's. */
static void bring_engine(struct lockstep *l) {
    struct machine_state s;
    computer_state(l->computer, &s);
    copy_writes(l);
    l->apart = !computer_must_step(l->computer) && !l->engine->operations->set_state(l->engine, &s);
}

static bool step_both(struct lockstep *l) {
    struct computer *c = l->computer;
    struct computer_statistics before = c->statistics;
    uint64_t accesses = c->ports.accesses;
    computer_state(c, &l->before);
    computer_describe_next(c, l->text, sizeof l->text);
    bool alone = computer_must_step(c);
    bool software = strncmp(l->text, "INT", 3) == 0;
    l->log.count = 0;
    l->undefined = (struct undefined_results){0, false};
    c->processor.moved = false;
    l->result->end = computer_step(c);
    bool moved = c->processor.moved;
    l->result->excused += moved ? 1 : 0;
    bool interrupted = c->statistics.interrupts != before.interrupts;
    bool faulted = c->statistics.faults != before.faults;
    unsigned vector = delivered_vector(&before, &c->statistics);
    bool entered = c->processor.state.vm != 0; /* virtual-8086 mode: the engine shows another EIP */
    l->result->excused += l->apart ? 1 : 0;
    bool special =
        alone || interrupted || software || moved || entered || l->apart || c->ports.accesses != accesses || c->processor.state.halted != 0;
    if (l->result->end != COMPUTER_RUNNING && l->result->end != COMPUTER_ENDED) {
        return true;
    }
    bool again = false; /* the engine cannot get past an instruction that changes itself, or the next one */
    if (!follow_model(l, special, faulted, vector, &again)) {
        return false;
    }
    if (special || again || faulted || l->undefined.others) {
        bring_engine(l);
    }
    return true;
}

void run_compared(struct computer *c, const struct session_request *request, struct session_result *result) {
    static struct lockstep l;
    const struct engine_ports ports = computer_engine_ports(c);
    struct machine_state s;
    memset(&l, 0, sizeof l);
    if (c->patches != NULL) {
        result->unusable = "a rewritten guest cannot be compared instruction by instruction; compare what it prints";
        return;
    }
    l.computer = c;
    l.result = result;
    if (request->other == BACKEND_NATIVE) {
        l.engine = native_engine_open(c, request->native, &l.memory, &result->unusable);
    } else {
        l.memory = l.own = malloc(c->memory.size);
        l.engine = l.memory == NULL ? NULL : unicorn_engine_open(l.memory, c->memory.size, &ports, &result->unusable);
        result->unusable = l.memory == NULL ? "out of memory" : result->unusable;
    }
    result->end = COMPUTER_RUNNING;
    if (l.engine != NULL) {
        memcpy(l.memory, c->memory.bytes, c->memory.size);
        c->memory.log = &l.log;
        c->processor.undefined = &l.undefined;
        computer_state(c, &s);
        l.engine->operations->memory_changed(l.engine, 0, c->memory.size);
        bool good = computer_must_step(c) || l.engine->operations->set_state(l.engine, &s);
        for (uint64_t i = 0; good && result->end == COMPUTER_RUNNING && i < request->instructions; i++) {
            good = step_both(&l);
        }
        c->memory.log = NULL;
        c->processor.undefined = NULL;
        l.engine->operations->close(l.engine);
    }
    free(l.own);
}
