/* A run on KVM: it executes the guest and delivers what happens, the devices are this machine's. Time is the wall clock, so no two runs are alike. */
#include "computer_internal.h"
#include "engine_ports.h"
#include "session_parts.h"

#include "../hardware/kvm_guest.h"

#include <time.h>
#include <unistd.h>

static double wall_clock(void) {
    struct timespec t = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint8_t acknowledge(void *context) {
    struct computer *c = context;
    uint8_t vector = interrupt_acknowledge(&c->devices.interrupts);
    c->statistics.interrupts++;
    c->statistics.by_vector[vector]++;
    return vector;
}

void run_on_kvm(struct computer *c, const struct session_request *request, struct session_result *result) {
    const struct engine_ports ports = computer_engine_ports(c);
    struct machine_state s;
    if (c->patches != NULL) {
        result->unusable = "KVM delivers exceptions itself, so nobody is there for the places of a rewritten guest";
        return;
    }
    computer_state(c, &s);
    s.ldtr.usable = 0;
    s.tr = (struct segment_state){.limit = 0xFFFF, .type = 11, .usable = 1};
    struct kvm_guest *g = kvm_guest_open(c->memory.bytes, c->memory.size, &s, &ports, &result->unusable);
    double start = wall_clock();
    result->end = COMPUTER_RUNNING;
    while (g != NULL && result->end == COMPUTER_RUNNING && c->processor.executed < request->instructions) {
        uint64_t now = (uint64_t)((wall_clock() - start) * TICKS_PER_SECOND * INSTRUCTIONS_PER_TICK);
        c->processor.executed = now > c->processor.executed ? now : c->processor.executed;
        (void)computer_until_event(c);
        bool pending = interrupt_pending(&c->devices.interrupts);
        enum kvm_stop stop = kvm_guest_run(g, pending, acknowledge, c);
        if (stop == KVM_STOP_SHUTDOWN) {
            result->end = COMPUTER_SHUT_DOWN;
        } else if (stop == KVM_STOP_FAILED) {
            result->differs = true;
            (void)snprintf(result->difference, sizeof result->difference, "KVM stopped with reason %u", kvm_guest_failure(g));
            break;
        } else if (stop == KVM_STOP_HALT && !kvm_guest_enabled(g)) {
            result->end = COMPUTER_HALTED;
        } else if (stop == KVM_STOP_HALT && !pending) {
            (void)usleep(1000);
        }
        if (c->devices.ended || c->devices.reset) {
            result->end = c->devices.ended ? COMPUTER_ENDED : COMPUTER_SHUT_DOWN;
        }
    }
    c->statistics.executed = 0; /* nobody counted */
    if (g != NULL) {
        kvm_guest_close(g);
    }
}
