/* The first instruction that this processor executes in user mode without a trap, and otherwise than the machine. */
#include "../direct/kind_table.h"
#include "../hardware/components.h"
#include "computer_internal.h"
#include "session_parts.h"
#include "technique.h"

#define MOST_TRIALS 400u /* each starts a child */

struct attempt {
    struct computer *model, *native;
    const struct native_tables *tables;
    struct write_log log;
    struct undefined_results undefined;
};

/* The same machine in the same state. */
static void copy_machine(struct attempt *a) {
    struct machine_state s;
    computer_state(a->model, &s);
    memcpy(a->native->memory.bytes, a->model->memory.bytes, a->model->memory.size);
    computer_set_state(a->native, &s);
    a->native->processor.state.pdpte = a->model->processor.state.pdpte;
    computer_memory_changed(a->native);
}

static bool differs_in_memory(const struct attempt *a, char *text, size_t size) {
    uint32_t count = a->log.count < LOGGED_WRITES ? a->log.count : LOGGED_WRITES;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < a->log.size[i] && !a->log.flags[i]; k++) {
            uint32_t at = a->log.physical[i] + k;
            if (a->model->memory.bytes[at] != a->native->memory.bytes[at]) {
                (void)snprintf(text, size, "the byte at %x is %02x, by direct execution %02x", at, a->model->memory.bytes[at],
                               a->native->memory.bytes[at]);
                return true;
            }
        }
    }
    return false;
}

static bool differs(const struct attempt *a, char *text, size_t size) {
    struct machine_state model;
    struct machine_state native;
    if (differs_in_memory(a, text, size)) { /* the kernel emulates some instructions, and then the next one is executed, too */
        return true;
    }
    computer_state(a->model, &model);
    computer_state(a->native, &native);
    model.rflags &= ~(uint64_t)a->undefined.flags;
    native.rflags &= ~(uint64_t)a->undefined.flags;
    for (size_t i = 0; i < state_part_count() && !a->undefined.others; i++) {
        const struct state_part part = state_part(i);
        uint64_t x = state_part_get(&part, &model);
        uint64_t y = state_part_get(&part, &native);
        if (x != y) {
            (void)snprintf(text, size, "%s is %llx, by direct execution %llx", part.name, (unsigned long long)x, (unsigned long long)y);
            return true;
        }
    }
    return false;
}

/* One instruction on both. */
static bool try_natively(struct attempt *a, char *text, size_t size) {
    const struct session_request request = {
        .backend = BACKEND_NATIVE, .instructions = UINT64_MAX, .native = a->tables, .unscanned = true, .single = true};
    struct session_result result;
    char place[160];
    char found[200];
    uint64_t faults = a->model->statistics.faults;
    copy_machine(a);
    computer_describe_next(a->model, place, sizeof place);
    uint32_t at = (uint32_t)a->model->processor.state.rip;
    session_run(a->native, &request, &result);
    a->log.count = 0;
    a->undefined = (struct undefined_results){0, false};
    (void)computer_step(a->model);
    if (result.unusable != NULL) {
        return false;
    }
    if (result.differs) {
        (void)snprintf(text, size, "%s at %x: %.300s", place, at, result.difference);
        return true;
    }
    if (!differs(a, found, sizeof found)) {
        return false;
    }
    (void)snprintf(text, size, "%s at %x: %s%s", place, at, a->model->statistics.faults != faults ? "raises an exception; " : "", found);
    return true;
}

static bool is_suspect(struct attempt *a) {
    struct processor *p = &a->model->processor;
    struct fault fault;
    if (computer_must_step(a->model)) {
        return false;
    }
    const struct instruction *i = fetch(p, &fault);
    return i != NULL && a->tables->kinds->open[DIRECT_CODE_32][i->form] == DIRECT_SENSITIVE;
}

bool hole_witness(struct computer *c, struct computer *scratch, const struct native_tables *native, uint64_t instructions, char *text, size_t size) {
    static struct attempt a;
    bool found = false;
    unsigned trials = 0;
    enum computer_end end = COMPUTER_RUNNING;
    memset(&a, 0, sizeof a);
    a.model = c;
    a.native = scratch;
    a.tables = native;
    text[0] = '\0';
    c->memory.log = &a.log;
    c->processor.undefined = &a.undefined;
    for (uint64_t i = 0; !found && end == COMPUTER_RUNNING && i < instructions && trials < MOST_TRIALS; i++) {
        (void)computer_until_event(c);
        if (is_suspect(&a)) {
            trials++;
            found = try_natively(&a, text, size);
        } else {
            end = computer_step(c);
        }
    }
    c->memory.log = NULL;
    c->processor.undefined = NULL;
    return found;
}
