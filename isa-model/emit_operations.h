/* Terms as C that is proven, see emit_operations.c. */
#ifndef POPEK_EMIT_OPERATIONS_H
#define POPEK_EMIT_OPERATIONS_H

#include "emit_expression.h"

struct operations {
    FILE *out;
    const struct plan *plan;
    const struct sharing *sharing; /* terms that have a number there are printed as tNUMBER */
    const char *prefix;            /* of the opaque functions */
    bool in_handler;               /* inputs as they stand in a handler (s->cpl, *dst), not as parameters (cpl, old_dst) */
};

void put_operation(const struct operations *o, term t); /* of at most 64 bits */
/* What stands before the name of an input: in a handler "s->", "*" or nothing; of parameters "old_" where the handler has a pointer. */
const char *before_input(const struct plan *plan, const struct input *input, bool in_handler);

#endif
