/* The parts of a machine. Internal to machine/. */
#ifndef POPEK_MACHINE_COMPUTER_INTERNAL_H
#define POPEK_MACHINE_COMPUTER_INTERNAL_H

#include "computer.h"
#include "decode.h"
#include "devices/devices.h"
#include "opaque_functions.h"
#include "patches_internal.h"
#include "ports.h"

struct computer {
    struct processor processor;
    struct memory memory;
    struct ports ports;
    struct opaque_table *opaques;
    struct opaque_context opaque_context;
    struct devices devices;
    struct computer_statistics statistics;
    struct patches *patches; /* NULL: the guest was not rewritten */
    uint64_t next_event;     /* of the devices, in instructions executed */
    uint32_t kernel_end;     /* the first address behind a multiboot kernel; 0: the guest is none */
};

/* Parts of what computer_state shows. */
uint64_t computer_flags(const struct computer *c);
/* As they are after another processor has executed: RF, too, is clear. */
void computer_set_flags(struct computer *c, uint64_t flags);
void computer_segments(const struct computer *c, struct segment_state segments[SEGMENT_COUNT]);

/* Time has passed in which another processor executed. */
void computer_passed(struct computer *c, uint64_t instructions);
/* The devices are brought to the present; how many instructions may go by until one of them has something to do. */
uint64_t computer_until_event(struct computer *c);
/* Another processor must not go on alone: an interrupt is due, the machine halts, TF is set, a breakpoint is enabled, or the mode is not 32-bit
 * protected mode. */
bool computer_must_step(const struct computer *c);
/* #DB after an instruction that another processor completed. */
void computer_single_step_trap(struct computer *c);
/* Takes over what another processor shows. Hidden parts of segment registers that changed are loaded by the steps of the tables. */
bool computer_follow(struct computer *c, const struct machine_state *seen);

#endif
