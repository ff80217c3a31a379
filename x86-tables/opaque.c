/* The opaque functions of the emitted steps of x86. */
#include "opaque.h"

static _Thread_local opaque_function *chosen;
static _Thread_local void *chosen_context;

void x86_set_opaques(opaque_function *function, void *context) {
    chosen = function;
    chosen_context = context;
}

/* What the emitted table calls (isa-model/emitted.h). */
word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count);
word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count) {
    return chosen == 0 ? 0 : chosen(chosen_context, number, arguments, count);
}
