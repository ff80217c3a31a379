/* What one evaluation of a form leaves behind, in terms of the machine. Internal to the prediction. */
#ifndef POPEK_HARDWARE_EFFECTS_H
#define POPEK_HARDWARE_EFFECTS_H

#include "operands.h"
#include "predict.h"

#define OPERANDS_MOST 16u
#define EFFECT_LEAVES 256u

struct effects {
    const struct isa *isa;
    const struct form *form;
    const struct semantics *semantics;
    const struct run *run;
    const struct decoded *decoded;
    const struct world *world;
    struct operand_binding bindings[OPERANDS_MOST];
    unsigned leaves[EFFECT_LEAVES]; /* those that may change */
    size_t leaf_count;
    const word128 *values;
    const word128 *operands_before;
    const word128 *leaf_values, *operand_values, *write_values;
};

/* The value of an operand as the terms have it: the bits, or for more than 128 bits a token that stands for them. */
word128 operand_before(const struct operand *o, const struct operand_binding *b, const struct run *run, bool *in_window);
/* Adds a completed evaluation to what is known. */
void effects_merge(const struct effects *e, struct prediction *p);

#endif
