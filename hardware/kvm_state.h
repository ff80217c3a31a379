/* Between a run's state and the registers of a virtual processor. Internal to the KVM backend. */
#ifndef POPEK_HARDWARE_KVM_STATE_H
#define POPEK_HARDWARE_KVM_STATE_H

#include "state.h"

/* False when the hypervisor does not take the state. */
bool kvm_write_state(int processor, const struct machine_state *s);
/* Everything that the hypervisor shows of the processor as it stands. */
bool kvm_read_state(int processor, struct machine_state *s);

#endif
