/* Random programs for the teaching machine. */
#ifndef POPEK_RANDOM_PROGRAM_H
#define POPEK_RANDOM_PROGRAM_H

#include "../../simulator/simulation.h"

/* The same random words and registers into both machines, which are otherwise as when they were switched on. */
void randomize(struct machine *a, struct machine *b, uint32_t *seed);

struct random_run {
    uint64_t steps, direct, traps, interrupts;
    unsigned different; /* programs that did not do the same on both */
    unsigned outside;   /* programs that changed words outside of their window */
};
/* Runs random programs on both in lockstep for so many steps in all. */
void run_random(struct machine *reference, struct machine *machine, uint64_t steps, uint32_t seed, struct random_run *result);

#endif
