/* What machines showed, by form and mode. Internal to the matrix. */
#ifndef POPEK_EVIDENCE_MEASUREMENTS_H
#define POPEK_EVIDENCE_MEASUREMENTS_H

#include "evidence.h"

enum machine { MACHINE_NATIVE, MACHINE_KVM, MACHINE_UNICORN, MACHINE_COUNT };

/* Runs of one form in one mode, at all privilege levels. */
struct measured_runs {
    unsigned agree, known, differ, absent, elsewhere, not_run; /* elsewhere: absent, and it does something else than #UD */
    const char *reason;                                        /* of not_run, or of the recorded difference; of the results */
};
/* A witness of one form in one mode. */
struct measured_witness {
    enum { WITNESS_NOT_IN_RESULTS, WITNESS_CONFIRMED, WITNESS_EXPLAINED, WITNESS_REFUTED, WITNESS_NOT_REACHABLE } verdict;
    const char *question, *reason; /* of the results */
};

struct measurements;
/* NULL as of evidence_make. The documents must live as long as the result. `profile`: whose witnesses count. */
struct measurements *measurements_new(const struct evidence_inputs *inputs, const char *profile, char **message);
void measurements_free(struct measurements *m);

/* There are results of this machine; of its witnesses. */
bool measurements_has(const struct measurements *m, enum machine machine);
bool measurements_has_witnesses(const struct measurements *m, enum machine machine);
/* The machine has a world of that mode; in all such worlds only system forms were run. */
bool measurements_has_mode(const struct measurements *m, enum machine machine, const char *mode);
bool measurements_is_system_only(const struct measurements *m, enum machine machine);
const struct measured_runs *measured_runs(const struct measurements *m, enum machine machine, unsigned form, unsigned mode);
const struct measured_witness *measured_witness(const struct measurements *m, enum machine machine, unsigned form, unsigned mode);

#endif
