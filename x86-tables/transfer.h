/* Where an instruction goes on: what its form says, read off the terms of the counter, and the target that its bytes name. */
#ifndef POPEK_TRANSFER_H
#define POPEK_TRANSFER_H

#include "../isa-model/isa.h"
#include "matcher.h"

/* Bits of a set: the places that the counter may go to when the instruction does not trap. Conditions only choose among them. */
enum transfer_place {
    TRANSFER_NEXT = 1,    /* the next instruction, or the same one again */
    TRANSFER_KNOWN = 2,   /* what an immediate operand says: known before the instruction is executed */
    TRANSFER_COMPUTED = 4 /* what registers or memory say */
};
unsigned transfer_places(const struct isa *isa, const struct semantics *s);

/* Where a transfer with a relative operand goes that lies at `counter` (RIP, EIP or IP, not a linear address). False: it has none. */
bool transfer_target(const struct matcher *m, const struct decoded *d, uint64_t counter, uint64_t *target);

#endif
