/* Runs the states of forms in a child process, which may be lost. Internal to the checker. */
#ifndef POPEK_CHECKER_DRIVE_H
#define POPEK_CHECKER_DRIVE_H

#include "emulator.h"
#include "targets.h"

/* A form in a mode. */
struct job {
    size_t entry;         /* of the table */
    popek_handle *handle; /* NULL: the whole emulator */
    const struct targets *targets;
    uint64_t random;
    unsigned *variable; /* of the plug-in, set to `value` before the job; NULL: none */
    unsigned value;
};
struct raw_finding {
    unsigned job;
    struct run_verdict verdict;
    struct sample sample;
    struct check_difference differences[CHECK_DIFFERENCES];
    size_t difference_count;
    uint64_t states, first;
    double seconds, elapsed;  /* since the start, and since the start of the job */
    struct concrete concrete; /* what a whole emulator was given */
    char detail[64];          /* of what the plug-in did to its process */
};
struct job_result {
    uint64_t states, unhandled, lost;
    const char *note;
};
struct drive_options {
    uint64_t seed;
    bool stop_early;
    unsigned hang_milliseconds;
    double started;
    double seconds; /* for further random states of each job; 0: none */
};

struct driver;
/* NULL: out of memory. */
struct driver *driver_new(const struct plugin *p, const struct matcher *m, const struct drive_options *options);
void driver_free(struct driver *d);
/* False: no process or memory. Findings stay until the next call. */
bool drive(struct driver *d, const struct job *jobs, size_t count, struct job_result *results);
const struct raw_finding *driver_findings(const struct driver *d, size_t *count, size_t *left_out);
double check_now(void);

#endif
