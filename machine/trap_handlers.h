/* The handlers of vmm-model/x86 in the place of emitted steps: whatever is proven of a handler is proven of what runs. Internal to machine/. */
#ifndef POPEK_MACHINE_TRAP_HANDLERS_H
#define POPEK_MACHINE_TRAP_HANDLERS_H

#include "processor.h"

/* The names of handlers whose proofs are complete (proofs/units); NULL ends the list. */
extern const char *const proven_handlers[];

struct trap_handlers;
/* For forms and events that have a proven handler, in the modes of a machine without IA-32e mode. NULL: out of memory. */
struct trap_handlers *trap_handlers_new(void);
void trap_handlers_free(struct trap_handlers *h);
/* Which element a step read of an array outside of the state, and what it was: a handler is given the same. */
void trap_handlers_note(struct trap_handlers *h, unsigned component, uint64_t index, word128 value);

struct handler;
/* The handler for the instruction in this state; NULL: none, or the state is one that handlers are not made for. */
const struct handler *trap_handler_for(const struct trap_handlers *h, const struct x86 *s, const struct instruction *i);
/* In the place of the step: isa-model/emitted.h. The step is called beside it when it reads arrays, to learn which elements there are to read.
 * HANDLER_REFUSED: nothing has changed, and the step has to do it. */
uint32_t trap_handler_execute(struct processor *p, const struct handler *handler, const struct instruction *i, void *state, word128 *values,
                              uint64_t *argument);

#endif
