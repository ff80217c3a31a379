/* A run by direct execution: this processor executes what is innocuous, the machine does the rest. Guest page tables are shadowed: a page is mapped
 * for the child when it is first used, with the rights that the walk of translate.c gives at this privilege level. Time is what
 * the guest runs, as far as the clock tells: a whole budget, or an entry that ended early, which counts as ENTRY. */
#include "native.h"
#include "session_parts.h"

#define MICROSECONDS 1000u
#define ENTRY 20u

/* The machine executes an instruction, or delivers an interrupt. */
static enum computer_end step_machine(struct native *n, struct session_result *result) {
    n->log.count = 0;
    n->computer->memory.epoch++; /* the guest may have written to code */
    result->stepped++;
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

static enum computer_end run_directly(struct native *n, struct session_result *result) {
    const struct x86 *s = &n->computer->processor.state;
    struct direct_event event;
    native_prepare(n);
    direct_run(n->direct, MICROSECONDS, &event);
    n->microseconds += event.stop == DIRECT_BUDGET ? MICROSECONDS : ENTRY;
    native_take(n);
    n->computer->memory.epoch++;
    uint32_t at = (uint32_t)s->cs_base + (uint32_t)s->rip;
    switch (event.stop) {
    case DIRECT_BUDGET:
    case DIRECT_STEPPED:
        return COMPUTER_RUNNING;
    case DIRECT_INSTRUCTION:
    case DIRECT_TRAP:
        result->traps++;
        if (native_map_missing(n, at, true) ||
            (event.stop == DIRECT_TRAP && event.vector == VECTOR_PAGE && event.has_address && native_map_missing(n, event.address, false)) ||
            native_open_gates(n, &event)) {
            return COMPUTER_RUNNING;
        }
        return step_machine(n, result);
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
    while (result->end == COMPUTER_RUNNING && !result->differs && !n->lost && c->processor.executed < request->instructions) {
        uint64_t now = n->microseconds * TICKS_PER_SECOND / 1000000 * INSTRUCTIONS_PER_TICK;
        c->processor.executed = now > c->processor.executed ? now : c->processor.executed;
        (void)computer_until_event(c);
        result->end = computer_must_step(c) ? step_machine(n, result) : run_directly(n, result);
    }
    char found[256];
    if (!result->differs && !n->lost && !direct_audit(n->direct, found, sizeof found)) {
        result->differs = true;
        (void)snprintf(result->difference, sizeof result->difference, "the child of direct execution has more than its window: %s", found);
    }
}

void run_natively(struct computer *c, const struct session_request *request, struct session_result *result) {
    static struct native n;
    result->unusable = native_begin(&n, c, request->native);
    if (result->unusable != NULL) {
        return;
    }
    run_loop(&n, request, result);
    const struct direct_statistics s = direct_statistics(n.direct);
    result->revealed = s.revealed;
    result->alone = s.alone;
    result->handled = c->processor.handled;
    result->stepped -= result->handled < result->stepped ? result->handled : result->stepped;
    result->shadowed = n.shadowed;
    native_end(&n);
    c->statistics.executed = 0; /* nobody counted */
}
