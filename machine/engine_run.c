/* A run on an engine: another processor executes, the machine does what it comes back for. */
#include "computer_internal.h"
#include "engine_ports.h"
#include "session_parts.h"

#define SLICE 1000000u
#define WAITING_SLICE 1u /* while an interrupt waits for the guest to enable interrupts, which may be for a moment */

static uint32_t read_port(void *context, uint64_t executed, uint16_t port, unsigned bytes) {
    struct computer *c = context;
    c->processor.executed += executed;
    uint32_t value = ports_read(&c->ports, port, bytes);
    c->processor.executed -= executed;
    return value;
}

static bool write_port(void *context, uint64_t executed, uint16_t port, unsigned bytes, uint32_t value) {
    struct computer *c = context;
    c->processor.executed += executed;
    ports_write(&c->ports, port, bytes, value);
    c->processor.executed -= executed;
    return c->devices.ended || c->devices.reset || port < 0x100; /* the interrupt controllers and the timer */
}

struct engine_ports computer_engine_ports(struct computer *c) {
    return (struct engine_ports){read_port, write_port, c};
}

static uint64_t next_slice(struct computer *c, uint64_t left) {
    uint64_t slice = computer_until_event(c);
    uint64_t most = interrupt_pending(&c->devices.interrupts) ? WAITING_SLICE : SLICE;
    slice = slice < most ? slice : most;
    slice = slice < left ? slice : left;
    return slice == 0 ? 1 : slice;
}

static enum computer_end wanted_end(const struct computer *c) {
    return c->devices.ended ? COMPUTER_ENDED : c->devices.reset ? COMPUTER_SHUT_DOWN : COMPUTER_RUNNING;
}

/* The engine came back before an instruction: the machine executes it, and both should agree that it does not just complete. */
static void finish_instruction(struct computer *c, const struct engine_event *event, struct session_result *result) {
    uint64_t faults = c->statistics.faults;
    uint64_t emulated = computer_emulated(c);
    char text[160];
    computer_describe_next(c, text, sizeof text);
    bool interrupt = strncmp(text, "INT", 3) == 0;
    uint64_t by_vector = event->vector < 256 ? c->statistics.by_vector[event->vector] : faults;
    result->traps++;
    if (event->stop == ENGINE_TRAP) {
        computer_single_step_trap(c);
        return;
    }
    result->end = computer_step(c);
    uint64_t after = event->vector < 256 ? c->statistics.by_vector[event->vector] : c->statistics.faults;
    bool absent = event->vector == 14 && faults == c->statistics.faults; /* memory that is not there: an empty bus */
    bool agreed = event->stop == ENGINE_HALT || interrupt || absent || after != by_vector || computer_emulated(c) != emulated;
    if (event->stop == ENGINE_EXCEPTION && !agreed && !result->differs) {
        result->differs = true;
        (void)snprintf(result->difference, sizeof result->difference, "%s: the engine raised vector %u, the model %s", text, event->vector,
                       faults == c->statistics.faults ? "completed" : "raised another");
    }
}

#define STI 0xFBu

/* The engine does not say whether interrupts have to wait for one more instruction. SDM vol. 2B, STI: where they were disabled before. */
static void find_shadow(struct computer *c, const struct machine_state *before, const struct machine_state *after) {
    uint8_t last = 0;
    uint32_t linear = (uint32_t)(after->segments[SEGMENT_CS].base + after->rip) - 1;
    memory_read(&c->memory, linear, &last, sizeof last);
    c->processor.shadow = (before->rflags & FLAG_INTERRUPT) == 0 && (after->rflags & FLAG_INTERRUPT) != 0 && last == STI;
}

/* Unicorn knows neither the limits nor the rights of segments, and takes a null selector for a flat segment: only where all are flat and may be used
 * does it what a processor does. */
static bool segments_are_plain(const struct machine_state *s) {
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        const struct segment_state *g = &s->segments[i];
        bool kind = i == SEGMENT_CS ? g->type >= 10 && g->db != 0 : (g->type & 0xE) == 2 && (i != SEGMENT_SS || g->db != 0);
        if (g->usable == 0 || g->limit != UINT32_MAX || !kind) {
            return false;
        }
    }
    return true;
}

void run_on_engine(struct computer *c, const struct session_request *request, struct session_result *result) {
    const struct engine_ports ports = computer_engine_ports(c);
    struct engine *e = unicorn_engine_open(c->memory.bytes, c->memory.size, &ports, &result->unusable);
    uint64_t steps = 0;
    result->end = COMPUTER_RUNNING;
    if (e != NULL) {
        e->leaves_doubtful = true;
    }
    while (e != NULL && result->end == COMPUTER_RUNNING && c->processor.executed < request->instructions && steps++ < request->instructions) {
        struct machine_state s;
        struct machine_state before;
        struct engine_event event;
        uint64_t slice = next_slice(c, request->instructions - c->processor.executed);
        computer_state(c, &s);
        bool paging = (s.cr0 >> 31 & 1) != 0; /* Unicorn before 2.1 takes linear addresses for physical ones */
        if (paging || computer_must_step(c) || !segments_are_plain(&s) || !e->operations->set_state(e, &s)) {
            result->end = computer_step(c);
            continue;
        }
        before = s;
        e->operations->run(e, slice, &event);
        e->operations->get_state(e, &s);
        find_shadow(c, &before, &s);
        computer_passed(c, event.executed);
        result->direct += event.executed;
        bool followed = computer_follow(c, &s);
        result->end = wanted_end(c);
        if (!followed) {
            result->differs = true;
            (void)snprintf(result->difference, sizeof result->difference, "the segment registers of the engine are not in the tables");
            break;
        }
        if (event.stop != ENGINE_SPENT && result->end == COMPUTER_RUNNING) {
            finish_instruction(c, &event, result);
        }
    }
    if (e != NULL) {
        e->operations->close(e);
    }
}
