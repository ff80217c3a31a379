/* What the opaque functions of the emitted x86 steps compute is up to the program that runs the steps: it says so here. */
#ifndef POPEK_X86_OPAQUE_H
#define POPEK_X86_OPAQUE_H

#include "../isa-model/emitted.h"

/* A value for an opaque function, by its number in x86_emitted.opaques; the result is cut to its width. It must depend on the arguments only. */
typedef word128 opaque_function(void *context, unsigned number, const word128 *arguments, unsigned count);
/* From now on, in this thread; NULL: all opaque functions are 0, as at the start. */
void x86_set_opaques(opaque_function *function, void *context);

extern const struct emitted_isa x86_emitted; /* the table of emitted steps of x86-tables/x86.isa */

#endif
