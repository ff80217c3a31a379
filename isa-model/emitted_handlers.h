/* The table of handlers: what `popek emit --for handlers --language c` writes, so that a program compares each handler with the emitted step. */
#ifndef POPEK_EMITTED_HANDLERS_H
#define POPEK_EMITTED_HANDLERS_H

#include "emitted.h"

/* An array of the virtual processor, and which of the emitted ISA's components (and which bits of it, from `low`) it shows. */
struct handled_array {
    uint32_t count;
    const uint64_t *index, *value;
};
struct handled_write {
    uint8_t guard;
    uint64_t index, value;
};
struct handler_array {
    unsigned component, low;
};
/* Where a result that the manual leaves undefined comes from: the handler keeps what the component held. */
struct handler_kept {
    const char *choice; /* its name in emitted_step.choices */
    unsigned component;
};
/* What a handler returns that leaves the instruction to the monitor: it is on a path that changes what the profile `refuses`, or faults on the way.
 * Nothing is changed then. */
#define HANDLER_REFUSED 0x40000000u

/* Calls the handler on a virtual processor.
 *   arrays     by number of handlers_isa.arrays
 *   operands   as of the emitted step; those that are written are replaced
 *   choices    in the order of `choices` below
 *   writes     what is to be written */
typedef uint32_t handler_call(void *processor, const struct handled_array *arrays, word128 *operands, const word128 *choices,
                              struct handled_write *writes, uint64_t *argument);
struct handler {
    const char *name; /* of the function in C */
    const char *text, *mode;
    unsigned form, mode_number; /* as emitted_form */
    handler_call *call;
    const char *const *choices; /* names as in emitted_step.choices */
    size_t choice_count;
    const struct handler_kept *kept;
    size_t kept_count;
    const unsigned *write_arrays; /* by write: number of the array */
    size_t write_count;
};
struct handler_component { /* of the virtual processor */
    const char *name;
    unsigned component, element, low;
};
/* In this mode every state before an instruction has this value there: handlers are not defined for others. */
struct handler_fixed {
    unsigned mode, component;
    uint64_t value;
};
struct handlers_isa {
    size_t processor_size;
    void (*load)(void *processor, const void *state); /* makes the virtual processor of a state (the emitted struct) */
    void (*store)(void *state, const void *processor);
    const struct handler_component *components;
    size_t component_count;
    const struct handler_array *arrays;
    size_t array_count;
    const struct handler_fixed *fixed;
    size_t fixed_count;
    const unsigned *refused; /* components of the emitted ISA whose change is refused */
    size_t refused_count;
    const struct handler *handlers;
    size_t handler_count;
};

#endif
