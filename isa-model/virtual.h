/* The virtual processor of a profile: the ISA without what the profile fixes, for the instructions that the profile emulates, in values of at most
 * 64 bits. What handlers of a monitor are written and proven against. */
#ifndef POPEK_VIRTUAL_H
#define POPEK_VIRTUAL_H

#include "arena.h"
#include "isa.h"

/* What a component or operand of the virtual processor is a part of. */
struct virtual_origin {
    unsigned number;  /* of the leaf, operand or opaque function */
    unsigned element; /* of an array that lies in scalars */
    unsigned low;     /* the bit that it begins at */
};
/* A result that the description leaves undefined, and that the virtual processor keeps as it was. */
struct virtual_kept {
    symbol undefined;
    unsigned leaf; /* of `isa` */
};
struct virtual_form {
    size_t form; /* of the original */
    unsigned mode;
    const struct virtual_origin *operands;
    const struct virtual_kept *kept;
    size_t kept_count;
};
/* A component that is the same in every state before an instruction of a mode. */
struct virtual_fixed {
    bool known;
    word128 value;
};

struct virtual_isa {
    struct isa isa; /* named NAME_virtual; its terms are in the pool of the original. A form has one mode, so that there are as many as steps */
    const struct isa *original;
    const struct virtual_origin *leaves;   /* by leaf */
    const struct virtual_origin *opaques;  /* by opaque function */
    const struct virtual_form *forms;      /* by form */
    const struct virtual_fixed *fixed;     /* by mode and leaf: isa.leaf_count for each mode */
    const struct virtual_fixed *all_fixed; /* by mode and leaf of the original, also of leaves that are not part of the virtual processor */
    const bool *refused;                   /* by leaf of the original: a form that changes it is refused */
    const char *problem;                   /* NULL, or why there is no virtual processor */
};

/* All memory is in `arena`, the terms in the pool of `isa`, which must outlive it. What a wide value would need that cannot be said with 64 bits, and
 * an ISA without a profile that says what it emulates (the first of them counts), is a problem. */
struct virtual_isa *virtual_isa_new(struct arena *arena, struct isa *isa);

#endif
