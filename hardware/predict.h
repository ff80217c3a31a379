/* What the tables say about a run: the evaluator on the form's terms, with everything that is not known of the machine left open. */
#ifndef POPEK_HARDWARE_PREDICT_H
#define POPEK_HARDWARE_PREDICT_H

#include "hardware.h"
#include "../isa-model/isa.h"

#define PREDICTION_TRAPS 8u
#define PREDICTION_WRITES 12u
#define WRITE_BYTES 256u

/* Evaluations that confirm a difference: something open may have been chosen too seldom before. */
#define PREDICTION_CONFIRMATIONS 256u

struct predicted_trap {
    uint32_t vector, error;
};
struct predicted_write {
    uint64_t address; /* linear */
    uint32_t size;
    uint8_t value[WRITE_BYTES], known[WRITE_BYTES]; /* known: bits that are certain */
};
/* Several outcomes are possible where the tables leave a result open, or where they depend on what is not known of the machine. */
struct prediction {
    bool done, kernel, memory_trap;
    unsigned trap_count; /* more than PREDICTION_TRAPS are not written down */
    struct predicted_trap traps[PREDICTION_TRAPS];
    unsigned done_count;               /* completed evaluations: of a single one, nothing is certain but that it completes */
    struct machine_state after, known; /* of completed runs: values, and the bits that are certain */
    unsigned write_count;
    struct predicted_write writes[PREDICTION_WRITES];
    bool anywhere; /* stores whose place is not known */
};

struct predictor;
/* NULL when memory is exhausted. The arguments must live as long as it. */
struct predictor *predictor_new(const struct isa *isa, const struct matcher *m, const struct world *world);
void predictor_free(struct predictor *p);
/* The facts of the world have changed. */
void predictor_learn(struct predictor *p);
/* `evaluations`: how often the open values are chosen anew; 2 choose zeros and ones, more choose at random. False: out of memory, or the state is not
 * one of the operating mode. */
bool predict(struct predictor *p, unsigned form, const struct decoded *decoded, const struct run *run, unsigned evaluations,
             struct prediction *result);

#endif
