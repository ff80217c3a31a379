/* Which step of the emitted tables executes a form, and where its operands are. Internal to machine/. */
#ifndef POPEK_MACHINE_DECODE_H
#define POPEK_MACHINE_DECODE_H

#include "../isa-model/isa.h"
#include "processor.h"

struct decoder {
    struct isa *isa; /* the forms, without semantics */
    struct matcher *matcher;
    uint32_t *entries;                               /* by form and mode: the entry of x86_emitted.forms, + 1; 0: none */
    struct instruction delivery[MATCHER_MODE_COUNT]; /* the event DELIVERY, see deliver.c */
};
/* The entry of the emitted table for a form in a mode; NULL: it does not exist there. */
const struct emitted_form *decoder_entry(const struct decoder *d, uint32_t form, unsigned mode);

/* Whether the machine has an extension of vectors: "" and those that CPUID shows. */
bool has_vector_extension(const char *extension);

/* Fills in `i` for what was decoded; false when the form has more operands than there is room for. */
bool bind_places(const struct decoder *decoder, const struct decoded *d, struct instruction *i);
/* The same for an event; what it is told are constants that the caller sets. */
bool bind_event(const struct decoder *decoder, const struct emitted_form *event, struct instruction *i);

#endif
