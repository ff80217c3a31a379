/* A processor of somebody else that executes a guest's code in the memory of a machine, until something happens that the machine has to do. */
#ifndef POPEK_HARDWARE_ENGINE_H
#define POPEK_HARDWARE_ENGINE_H

#include "state.h"

/* What the guest does at ports goes to the machine. */
struct engine_ports {
    /* `executed`: instructions of this run so far, for the time of the devices. */
    uint32_t (*read)(void *context, uint64_t executed, uint16_t port, unsigned bytes);
    /* True: the engine should stop after this instruction, because of an interrupt or the end. */
    bool (*write)(void *context, uint64_t executed, uint16_t port, unsigned bytes, uint32_t value);
    void *context;
};

enum engine_stop {
    ENGINE_SPENT,     /* so many instructions are done */
    ENGINE_EXCEPTION, /* the next instruction raises an exception or is a software interrupt; the state is that before it */
    ENGINE_TRAP,      /* an exception after an instruction that completed: single-stepping */
    ENGINE_HALT,      /* the next instruction is HLT: for the machine to do */
    ENGINE_REFUSED    /* the next instruction is for the machine: the engine does not execute it, and does not say whether it faults */
};
#define ENGINE_SOME_VECTOR 256u
struct engine_event {
    enum engine_stop stop;
    uint64_t executed;
    uint32_t vector; /* ENGINE_EXCEPTION, as far as the engine knows: ENGINE_SOME_VECTOR */
};

struct engine;
struct engine_operations {
    const char *name;
    /* Takes over the state of a 32-bit machine in protected mode at CPL 0 or 3: what is visible, and descriptor tables in memory. False: it cannot.
     */
    bool (*set_state)(struct engine *e, const struct machine_state *s);
    /* Executes at most `count` instructions. */
    void (*run)(struct engine *e, uint64_t count, struct engine_event *event);
    /* General registers, flags, selectors, tables, control registers; nothing of the hidden parts of segment registers. */
    void (*get_state)(struct engine *e, struct machine_state *s);
    /* The machine changed bytes that may be code. */
    void (*memory_changed)(struct engine *e, uint32_t physical, uint32_t size);
    void (*close)(struct engine *e);
};
/* The first member of every engine. */
struct engine {
    const struct engine_operations *operations;
    bool leaves_doubtful;    /* set by who uses it: it stops before instructions that it is known to execute otherwise than a processor does */
    bool shows_own_pointers; /* the pointers to the last x87 instruction are not the guest's */
};
/* In the plug-in popek-unicorn.so, which is found as by unicorn_open. The memory is shared. NULL: *reason (static) says why. */
struct engine *unicorn_engine_open(uint8_t *memory, uint32_t size, const struct engine_ports *ports, const char **reason);

#endif
