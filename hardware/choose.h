/* The runs that a form gets: bytes and states. The same seed gives the same runs. */
#ifndef POPEK_HARDWARE_CHOOSE_H
#define POPEK_HARDWARE_CHOOSE_H

#include "encoder.h"
#include "hardware.h"

struct choice {
    uint64_t seed;
    unsigned number; /* of the state; number 0 is a benign one */
    bool memory;     /* the variant with a memory operand */
};

/* False when there are no bytes for this variant. */
bool choose_run(const struct isa *isa, const struct matcher *m, unsigned form, const struct world *world, const struct choice *choice,
                struct run *run, struct decoded *decoded);

#endif
