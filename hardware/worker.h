/* A child process that does runs for a backend and can be lost without harm: it shares a channel of runs and results with its parent. Internal to the
 * backends. */
#ifndef POPEK_HARDWARE_WORKER_H
#define POPEK_HARDWARE_WORKER_H

#include "state.h"

#define CHANNEL_BATCH 32u

struct channel {
    volatile uint32_t current; /* the run that executes, or is next */
    volatile uint32_t count;   /* runs of this batch */
    uint32_t world;            /* which of the backend's */
    struct run runs[CHANNEL_BATCH];
    struct run_result results[CHANNEL_BATCH];
};

/* Life of the child: prepares itself, writes a byte to `answers`, then for each byte of `commands` does the runs from channel->current on, counts
 * `current` up after each, and writes a byte. Returns when it cannot go on. */
typedef void worker_main(void *context, struct channel *channel, int commands, int answers);

struct worker;
struct worker *worker_new(worker_main *child_main, void *context);
void worker_free(struct worker *w);
/* As backend_operations.run. A child that does not answer within its time limit is killed, and a new one goes on behind the run that it was at. */
bool worker_run(struct worker *w, unsigned world, const struct run *runs, size_t count, struct run_result *results);

#endif
