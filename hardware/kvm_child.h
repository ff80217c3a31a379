/* The child of the KVM backend. Internal to it. */
#ifndef POPEK_HARDWARE_KVM_CHILD_H
#define POPEK_HARDWARE_KVM_CHILD_H

#include "guest.h"
#include "worker.h"

/* A virtual machine with one processor over `memory`; CPUID is what the hypervisor supports. */
struct kvm_machine {
    int system, machine, processor;
    struct kvm_run *shared;
    size_t shared_size;
    uint8_t *memory;
    size_t memory_size;
    bool owns_memory;
};

/* `memory` has whole pages and stays the caller's; NULL: the machine has its own. False when it cannot be made; what was made is given back by
 * kvm_machine_close in either case. */
bool kvm_machine_open(struct kvm_machine *m, uint8_t *memory, size_t memory_size);
void kvm_machine_close(struct kvm_machine *m);
/* What the hypervisor supports: at most `most` values; returns how many. */
size_t kvm_supported_cpuid(int system, struct cpuid_value *values, size_t most);

/* The life of the child, see worker_main; the context is the struct guest. */
void kvm_child_main(void *context, struct channel *channel, int commands, int answers);

#endif
