/* Runs a guest: alone, or on two machines in lockstep until they differ. */
#ifndef POPEK_SIMULATION_H
#define POPEK_SIMULATION_H

#include "machine.h"

enum simulation_end {
    END_HALTED,
    END_LIMIT,     /* as many steps as were allowed */
    END_STOPPED,   /* by the trace */
    END_DIFFERENT, /* the two machines are not equivalent, or the monitor lost the real processor */
    END_FAILED     /* out of memory */
};

struct simulation_counts {
    uint64_t steps;              /* instructions of the guest, those that trapped among them */
    uint64_t direct;             /* of these, done on the real processor without the monitor */
    uint64_t outcomes[OUTCOMES]; /* how they ended, by OUTCOME_...; timer interrupts, which are no instructions, too */
};

/* One step, for a trace that is told after it. `before` is the guest's processor by component. */
struct simulated_step {
    uint64_t number; /* from 1 */
    bool interrupt;  /* a timer interrupt and no instruction */
    bool reached;    /* the counter reached a word: `instruction` */
    uint16_t instruction;
    const word128 *before;
    struct machine_step result;
};

#define DIFFERENCE_WORDS 8u
struct difference {
    struct simulated_step step; /* its `before` is NULL here: see below */
    word128 before[TARGET_COMPONENTS];
    unsigned outcome[2];                 /* of the first and of the second machine */
    word128 after[2][TARGET_COMPONENTS]; /* by machine and component */
    unsigned word_count;                 /* words of storage that differ, of which the first are here */
    struct {
        uint32_t address; /* in the guest's whole storage, not relocated */
        uint16_t values[2];
    } words[DIFFERENCE_WORDS];
    bool escaped; /* the second one's real processor left user mode, or its relocation register changed */
};

struct simulation {
    enum simulation_end end;
    struct simulation_counts counts; /* of the last machine */
    struct difference difference;    /* END_DIFFERENT */
};

struct simulation_trace {
    bool (*line)(void *context, const struct simulated_step *step); /* false: no more steps; NULL: no trace */
    void *context;
};

/* Runs `machine` for at most `steps` instructions; with `reference`, that one beside it, compared after every step. */
void simulate(struct machine *reference, struct machine *machine, uint64_t steps, const struct simulation_trace *trace, struct simulation *result);

#endif
