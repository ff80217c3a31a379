/* A whole guest on KVM: the hypervisor executes it and delivers its exceptions; ports, time and interrupts are the caller's. */
#ifndef POPEK_HARDWARE_KVM_GUEST_H
#define POPEK_HARDWARE_KVM_GUEST_H

#include "engine.h"

enum kvm_stop {
    KVM_STOP_AGAIN,    /* a port was used, or time has passed: go on */
    KVM_STOP_HALT,     /* HLT */
    KVM_STOP_SHUTDOWN, /* a triple fault */
    KVM_STOP_FAILED    /* the hypervisor cannot go on: see kvm_guest_failure */
};
struct kvm_guest;
/* `memory`: whole pages, shared with the caller. NULL: *reason (static) says why. */
struct kvm_guest *kvm_guest_open(uint8_t *memory, size_t size, const struct machine_state *start, const struct engine_ports *ports,
                                 const char **reason);
void kvm_guest_close(struct kvm_guest *g);
/* Runs for at most about a millisecond of wall clock. `pending`: an interrupt is due; when the guest takes it, `acknowledge` is asked for its vector.
 */
enum kvm_stop kvm_guest_run(struct kvm_guest *g, bool pending, uint8_t (*acknowledge)(void *context), void *context);
/* Whether the guest has interrupts enabled. */
bool kvm_guest_enabled(const struct kvm_guest *g);
/* The exit reason of the hypervisor when it failed. */
unsigned kvm_guest_failure(const struct kvm_guest *g);

#endif
