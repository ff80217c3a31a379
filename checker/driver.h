/* What the parent and the child process of a driver share. Internal to the checker. */
#ifndef POPEK_CHECKER_DRIVER_H
#define POPEK_CHECKER_DRIVER_H

#include "drive.h"

#define FINDINGS 512u

struct channel {
    volatile uint64_t ticks;
    volatile uint32_t job, inside, complete, guarded;
    volatile int signal;
    volatile uint64_t number; /* of the state in its job */
    uint32_t finding_count, left_out;
    struct sample current;
    struct raw_finding findings[FINDINGS];
    struct job_result results[];
};

struct driver {
    const struct plugin *plugin;
    const struct matcher *matcher;
    struct drive_options options;
    struct channel *channel;
    size_t channel_size;
    size_t capacity; /* jobs */
};

/* The finding of the same kind in the job, or NULL; *of_job: how many findings of the job were looked at. */
struct raw_finding *driver_find(struct channel *c, unsigned job, const struct run_verdict *v, unsigned *of_job);
/* The child: runs the jobs from a state of the first one on. Does not return. */
void driver_child(struct driver *d, const struct job *jobs, size_t count, unsigned first, uint64_t from);

#endif
