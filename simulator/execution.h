/* One instruction of a teaching machine, executed by the terms of its description on a processor and a storage. */
#ifndef POPEK_EXECUTION_H
#define POPEK_EXECUTION_H

#include "target.h"

struct execution {
    const struct target *target;
    const int *leaf_of_symbol;       /* by symbol; -1 when it is no leaf */
    symbol origin_symbol, host_size; /* the parameters of the profile, `k` and `host_size` */
    word128 origin, host_words;      /* and their values, while a state is mapped */
    uint64_t choice;                 /* what `undefined` results are made of; the same in two runs that are compared */
};

/* A processor (by component of the target) and the storage that its relocation register refers to. */
struct processor_view {
    word128 *values;
    uint16_t *storage;
    uint32_t words;
};

/* False: out of memory; `*t` is empty then. `message` as of target_new. */
bool execution_new(struct execution *e, const struct target *t, const char **message);
void execution_free(struct execution *e);

/* The word at the counter; not reached: it is a memory trap. False: out of memory. */
bool fetch_instruction(const struct execution *e, const struct processor_view *p, bool *reached, uint16_t *instruction);
/* Fetches, decodes and executes one instruction; only OUTCOME_DONE changes anything. False: out of memory, or it reads more than 32 words. */
bool execute_instruction(const struct execution *e, const struct processor_view *p, unsigned *outcome);
/* A term over the processor alone. False: out of memory. */
bool evaluate_over(const struct execution *e, const word128 *values, term t, word128 *result);

#endif
