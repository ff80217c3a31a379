/* The table of emitted steps: what `popek emit --table` writes, so that a program calls every form in every mode through one signature. */
#ifndef POPEK_EMITTED_H
#define POPEK_EMITTED_H

#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 word128;

/* A small array lies in the state struct; any other is given by the caller. */
enum emitted_placement {
    EMITTED_IN_STATE, /* a scalar, or an array of 2^index_width elements, at `offset` */
    EMITTED_LISTED,   /* elements that are not 0, in any order, or asked of the caller: struct emitted_array */
    EMITTED_MEMORY    /* relocated memory: `value` has `count` words, indexed by the place of an access */
};
/* A component of the state, in the order of the description (as isa.leaves). */
struct emitted_component {
    const char *name; /* as in the description: "cr0.ts" */
    unsigned width;   /* in bits; stored in the smallest of uint8_t ... uint64_t, unsigned __int128 that holds it */
    unsigned index_width;
    enum emitted_placement placement;
    size_t offset;
};
/* Storage of the caller. `index` and `value` point to arrays of `capacity` integers of the type that holds the index or the value. A write
 * that finds no room is lost, so leave room for as many more elements as the step has `writes`.
 * With `read`, elements are asked of it instead, in any order and also those that do not matter in the end; what is written goes to the list. */
typedef word128 emitted_read(void *context, word128 index);
struct emitted_array {
    uint32_t count, capacity;
    void *index, *value;
    emitted_read *read; /* NULL: the list has all elements that are not 0 */
    void *context;      /* of `read` */
};
struct emitted_operand {
    const char *name;
    unsigned width;
    unsigned direction; /* 1 read, 2 written, 3 both */
};
/* Executes one step in place; returns 0 done, 1 memory trap, 2 + vector. Nothing but `argument` changes unless it is done.
 *   state      the emitted struct
 *   arrays     by component; only those that are not EMITTED_IN_STATE are looked at
 *   operands   in order; those that are written are replaced; for a written one that is not read, what the place held before
 *   choices    in order, see below
 *   argument   the packed arguments of the trap; written when it traps and the step has_argument */
typedef uint32_t emitted_call(void *state, struct emitted_array *arrays, word128 *operands, const word128 *choices, uint64_t *argument);

/* What forms with the same meaning share. */
struct emitted_step {
    emitted_call *call;
    const struct emitted_operand *operands;
    size_t operand_count;
    const char *const *choices; /* "length", the length of the instruction in bytes, or the name of an `undefined` result: any value will do */
    size_t choice_count;
    size_t writes; /* of array elements, at most */
    int has_argument;
    size_t reads;    /* of elements of arrays outside of the state */
    int has_opaques; /* it calls opaque functions, perhaps some that do not matter in the end */
};
struct emitted_form {
    const char *text, *mode;
    unsigned form, mode_number; /* as isa.forms, isa.modes */
    unsigned step;
    const char *kinds; /* of its operands, a letter each: r register, m memory, i immediate, s stack, p port, - not said */
};
struct emitted_isa {
    const char *name;
    size_t state_size;
    const struct emitted_component *components;
    size_t component_count;
    const struct emitted_step *steps;
    size_t step_count;
    const struct emitted_form *forms;
    size_t form_count;
    size_t event_count;         /* of events in their modes: forms[form_count] on */
    const char *const *opaques; /* the names that NAME_opaque gets numbers of */
    size_t opaque_count;
};
/* Part 0 defines `const struct emitted_isa NAME_emitted`, and needs from the program that it is linked into what opaque functions compute; the result
 * is cut to its width:
 *
 *     word128 NAME_opaque(unsigned number, const word128 *arguments, unsigned count); */

#endif
