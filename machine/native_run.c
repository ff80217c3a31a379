/* A run by direct execution: this processor executes what is innocuous, the machine does the rest. Guest page tables are shadowed: a page is mapped
 * for the child when it is first used, with the rights that the walk of translate.c gives at this privilege level. Time is what
 * the guest runs, as the clock tells: a whole budget, or an entry that ended early, which counts as ENTRY at least. */
#include "../direct/place.h"
#include "native.h"
#include "session_parts.h"

#define MICROSECONDS 1000u
#define ENTRY 20u

/* Traps behind an instruction: the machine executes it, so it goes back to it. INT3, INTO and INT1 have one byte, INT 3 has two. */
static void go_back(struct native *n, unsigned vector) {
    static const struct { uint8_t vector, opcode; } traps[] = {{3, 0xCC}, {4, 0xCE}, {1, 0xF1}};
    struct x86 *s = &n->computer->processor.state;
    struct fault fault;
    uint8_t before = 0;
    for (unsigned i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        if (traps[i].vector == vector && linear_read(&n->computer->processor, (uint32_t)(s->cs_base + s->rip) - 1, &before, 1, n->user, &fault)) {
            s->rip -= before == traps[i].opcode ? 1 : vector == 3 ? 2 : 0;
        }
    }
}

static void note_place(struct native *n, uint8_t *met) {
    struct processor *p = &n->computer->processor;
    struct fault fault;
    uint32_t linear = (uint32_t)(p->state.cs_base + p->state.rip);
    const struct translation *t = translate(p, linear, ACCESS_FETCH, p->state.cpl == 3, &fault);
    if (t != NULL && t->host != NULL) {
        uint32_t physical = (uint32_t)(t->host - p->memory->bytes) + linear % DIRECT_PAGE;
        met[physical / 8] |= (uint8_t)(1u << physical % 8);
    }
}

/* The machine executes an instruction, or delivers an interrupt. */
static enum computer_end step_machine(struct native *n, const struct session_request *request) {
    if (request->met != NULL) {
        note_place(n, request->met);
    }
    n->log.count = 0;
    n->computer->memory.epoch++; /* the guest may have written to code */
    enum computer_end end = computer_step(n->computer);
    uint32_t count = n->log.count < LOGGED_WRITES ? n->log.count : LOGGED_WRITES;
    for (uint32_t i = 0; i < count; i++) {
        n->lost = n->lost || !direct_wrote(n->direct, n->log.physical[i], n->log.size[i]);
    }
    if (n->log.count > LOGGED_WRITES) {
        n->lost = n->lost || !direct_wrote(n->direct, 0, n->computer->memory.size);
    }
    return end;
}

/* Microseconds. What other processes had in between is not the guest's: no more than a budget. */
static uint64_t time_of_entry(uint64_t microseconds) {
    return microseconds < ENTRY ? ENTRY : microseconds > MICROSECONDS ? MICROSECONDS : microseconds;
}

static enum computer_end run_directly(struct native *n, const struct session_request *request, struct session_result *result) {
    struct direct_event event;
    native_prepare(n);
    if (request->single) {
        direct_step(n->direct, &event);
    } else {
        direct_run(n->direct, MICROSECONDS, &event);
    }
    n->microseconds += event.stop == DIRECT_BUDGET ? MICROSECONDS : time_of_entry(event.microseconds);
    native_take(n);
    switch (event.stop) {
    case DIRECT_STEPPED:
        n->done = true;
        return COMPUTER_RUNNING;
    case DIRECT_BUDGET:
        return COMPUTER_RUNNING;
    case DIRECT_INSTRUCTION:
    case DIRECT_TRAP:
        result->traps++;
        if (native_go_on(n, &event)) {
            return COMPUTER_RUNNING;
        }
        if (event.stop == DIRECT_TRAP && request->unscanned) {
            go_back(n, event.vector);
        }
        n->done = true;
        return step_machine(n, request);
    default:
        result->differs = true;
        (void)snprintf(result->difference, sizeof result->difference,
                       event.stop == DIRECT_ESCAPE ? "the guest reached the host: system call %lld, without effect"
                                                   : "the child of direct execution was lost",
                       (long long)event.system_call);
        return COMPUTER_RUNNING;
    }
}

static void run_loop(struct native *n, const struct session_request *request, struct session_result *result) {
    struct computer *c = n->computer;
    result->end = COMPUTER_RUNNING;
    while (result->end == COMPUTER_RUNNING && !result->differs && !n->lost && c->processor.executed < request->instructions &&
           !(request->single && n->done)) {
        uint64_t now = n->microseconds * TICKS_PER_SECOND / 1000000 * INSTRUCTIONS_PER_TICK;
        c->processor.executed = now > c->processor.executed ? now : c->processor.executed;
        (void)computer_until_event(c);
        result->end = computer_must_step(c) ? step_machine(n, request) : run_directly(n, request, result);
    }
    char found[256];
    if (!result->differs && !n->lost && !direct_audit(n->direct, found, sizeof found)) {
        result->differs = true;
        (void)snprintf(result->difference, sizeof result->difference, "the child of direct execution has more than its window: %s", found);
    }
}

void run_natively(struct computer *c, const struct session_request *request, struct session_result *result) {
    static struct native n;
    const double start = session_clock();
    struct direct_place place;
    direct_stay(&place);
    result->unusable = native_begin(&n, c, request->native, request->unscanned ? DIRECT_UNSCANNED : DIRECT_CHECKED);
    if (result->unusable != NULL) {
        direct_move(&place);
        return;
    }
    const double before = direct_statistics(n.direct).seconds;
    result->setup_seconds = session_clock() - start;
    run_loop(&n, request, result);
    const double after = session_clock();
    const struct direct_statistics s = direct_statistics(n.direct);
    result->revealed = s.revealed;
    result->alone = s.alone;
    result->linked = s.linked;
    result->entries = s.entries;
    result->guest_seconds = s.seconds - before;
    result->handled = c->processor.handled;
    result->stepped = c->processor.stepped;
    result->delivered = c->processor.delivered;
    result->handled_deliveries = c->processor.handled_deliveries;
    result->shadowed = n.shadowed;
    native_end(&n);
    direct_move(&place);
    result->setup_seconds += session_clock() - after;
    c->statistics.executed = 0; /* nobody counted */
}
