/* The handlers of vmm-model/x86 in the place of emitted steps: whatever is proven of a handler is proven of what runs. Internal to machine/. */
#ifndef POPEK_MACHINE_TRAP_HANDLERS_H
#define POPEK_MACHINE_TRAP_HANDLERS_H

#include "processor.h"

/* The names of handlers whose proofs are complete (proofs/units); NULL ends the list. */
extern const char *const proven_handlers[];

struct trap_handlers;
/* For forms of 32-bit protected mode that have a proven handler which reads nothing but the state. NULL: out of memory. */
struct trap_handlers *trap_handlers_new(size_t form_count);
void trap_handlers_free(struct trap_handlers *h);

struct handler;
/* The handler for the instruction in this state; NULL: none, or the state is one that handlers are not made for. */
const struct handler *trap_handler_for(const struct trap_handlers *h, const struct x86 *s, const struct instruction *i);
/* In the place of the step: isa-model/emitted.h. */
uint32_t trap_handler_execute(const struct trap_handlers *h, const struct handler *handler, const struct instruction *i, void *state, word128 *values,
                              uint64_t *argument);

#endif
