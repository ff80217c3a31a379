/* What the opaque functions of the tables compute on the bare machine. Internal to machine/. */
#ifndef POPEK_MACHINE_OPAQUE_FUNCTIONS_H
#define POPEK_MACHINE_OPAQUE_FUNCTIONS_H

#include "processor.h"

struct opaque_table;
struct opaque_context {
    struct processor *processor;
    const struct opaque_table *table; /* by number of the function */
    bool fault;                       /* a negative control: quotients are wrong by one */
};
/* The caller frees it; NULL: out of memory. */
struct opaque_table *opaque_table_new(void);
/* An opaque_function (x86-tables/opaque.h); the context is a struct opaque_context. A function that is not known counts as missing. */
word128 machine_opaque(void *context, unsigned number, const word128 *arguments, unsigned count);

#endif
