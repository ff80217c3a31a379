/* A child process runs the states; what it does to itself costs one state. */
#include "driver.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOSSES_A_JOB 3u
#define POLL_MICROSECONDS 2000u

double check_now(void) {
    struct timespec t = {0, 0};
    (void)timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct driver *driver_new(const struct plugin *p, const struct matcher *m, const struct drive_options *options) {
    struct driver *d = calloc(1, sizeof *d);
    if (d != NULL) {
        *d = (struct driver){.plugin = p, .matcher = m, .options = *options};
    }
    return d;
}

void driver_free(struct driver *d) {
    if (d != NULL) {
        if (d->channel != NULL) {
            (void)munmap(d->channel, d->channel_size);
        }
        free(d);
    }
}

static bool reserve(struct driver *d, size_t jobs) {
    if (d->channel != NULL && jobs <= d->capacity) {
        return true;
    }
    if (d->channel != NULL) {
        (void)munmap(d->channel, d->channel_size);
    }
    d->channel_size = sizeof *d->channel + jobs * sizeof d->channel->results[0];
    d->channel = mmap(NULL, d->channel_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    d->channel = d->channel == MAP_FAILED ? NULL : d->channel;
    d->capacity = d->channel == NULL ? 0 : jobs;
    return d->channel != NULL;
}

struct raw_finding *driver_find(struct channel *c, unsigned job, const struct run_verdict *v, unsigned *of_job) {
    *of_job = 0;
    for (uint32_t i = c->finding_count; i-- > 0 && c->findings[i].job == job;) {
        (*of_job)++;
        if (run_same(&c->findings[i].verdict, v)) {
            return &c->findings[i];
        }
    }
    return NULL;
}

/* Waits for the end of the child; true when it had to be killed. */
static bool watch(const struct driver *d, pid_t pid, int *status) {
    uint64_t ticks = d->channel->ticks;
    double last = check_now();
    while (waitpid(pid, status, WNOHANG) == 0) {
        if (d->channel->ticks != ticks) {
            ticks = d->channel->ticks;
            last = check_now();
        } else if ((check_now() - last) * 1000 > d->options.hang_milliseconds && d->channel->inside != 0) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, status, 0);
            return true;
        }
        (void)usleep(POLL_MICROSECONDS);
    }
    return false;
}

static void note_loss(struct driver *d, bool hung, int status) {
    struct channel *c = d->channel;
    struct run_verdict v = {.diverges = true, .property = hung ? CHECK_HANG : c->guarded != 0 ? CHECK_OUTSIDE : CHECK_CRASH, .place = -1};
    unsigned of_job = 0;
    struct raw_finding *known = driver_find(c, c->job, &v, &of_job);
    c->results[c->job].states++;
    if (known != NULL) {
        known->states++;
    } else if (c->finding_count == FINDINGS) {
        c->left_out++;
    } else {
        struct raw_finding *f = &c->findings[c->finding_count++];
        memset(f, 0, sizeof *f);
        f->job = c->job;
        f->verdict = v;
        f->sample = c->current;
        f->states = 1;
        f->first = c->number + 1;
        f->seconds = check_now() - d->options.started;
        if (hung) {
            (void)snprintf(f->detail, sizeof f->detail, "no answer within %u ms", d->options.hang_milliseconds);
        } else if (c->signal != 0) {
            (void)snprintf(f->detail, sizeof f->detail, "signal %d", c->signal);
        } else {
            (void)snprintf(f->detail, sizeof f->detail, WIFEXITED(status) ? "it ended the process" : "it was killed");
        }
    }
}

bool drive(struct driver *d, const struct job *jobs, size_t count, struct job_result *results) {
    if (!reserve(d, count)) {
        return false;
    }
    struct channel *c = d->channel;
    memset(c, 0, offsetof(struct channel, findings));
    memset(c->results, 0, count * sizeof c->results[0]);
    unsigned first = 0;
    uint64_t from = 0;
    while (c->complete == 0 && first < count) {
        c->signal = 0;
        c->inside = c->guarded = 0;
        c->job = first;
        (void)fflush(NULL);
        pid_t pid = fork();
        int status = 0;
        if (pid < 0) {
            return false;
        }
        if (pid == 0) {
            driver_child(d, jobs, count, first, from);
        }
        bool hung = watch(d, pid, &status);
        if (c->complete != 0) {
            break;
        }
        note_loss(d, hung, status);
        bool again = ++c->results[c->job].lost < LOSSES_A_JOB && !d->options.stop_early;
        if (!again && !d->options.stop_early) {
            c->results[c->job].note = "given up after three states that ended the process";
        }
        first = again ? c->job : c->job + 1;
        from = again ? c->number + 1 : 0;
    }
    memcpy(results, c->results, count * sizeof *results);
    return true;
}

const struct raw_finding *driver_findings(const struct driver *d, size_t *count, size_t *left_out) {
    *count = d->channel->finding_count;
    *left_out = d->channel->left_out;
    return d->channel->findings;
}
