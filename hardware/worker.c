/* A child process that does runs for a backend and can be lost without harm. */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIME_LIMIT 0.9 /* seconds of the child's processor time for one instruction: on a busy machine an honest child may wait for long */
#define SLICE_MS 250
#define SLICES_MOST 240u /* without any progress, whatever processor time the child had: a minute */

struct worker {
    struct channel *channel;
    worker_main *main;
    void *context;
    pid_t child; /* 0: none */
    int commands, answers;
};

/* Pipes whose ends are above the standard streams. */
static bool make_pipe(int ends[2]) {
    int made[2];
    if (pipe2(made, O_CLOEXEC) != 0) {
        return false;
    }
    for (unsigned i = 0; i < 2; i++) {
        ends[i] = fcntl(made[i], F_DUPFD_CLOEXEC, 3);
        (void)close(made[i]);
    }
    return ends[0] >= 0 && ends[1] >= 0;
}

static void close_end(int *end) {
    if (*end >= 0) {
        (void)close(*end);
    }
    *end = -1;
}

/* Ends the child, if there is one; how it ended, as of waitpid. */
static int end_child(struct worker *n) {
    int status = 0;
    if (n->child > 0) {
        (void)kill(n->child, SIGKILL);
        while (waitpid(n->child, &status, 0) < 0 && errno == EINTR) {
        }
    }
    n->child = 0;
    close_end(&n->commands);
    close_end(&n->answers);
    return status;
}

/* True when the child wrote a byte; false when it ended or the time is over. */
static bool await(const struct worker *n, int milliseconds, bool *hung) {
    struct pollfd p = {.fd = n->answers, .events = POLLIN};
    char byte = 0;
    int got = poll(&p, 1, milliseconds);
    *hung = got == 0 || (got < 0 && errno == EINTR);
    return got > 0 && read(n->answers, &byte, 1) == 1;
}

/* Seconds of processor time that the child has had. */
static double child_seconds(const struct worker *n) {
    clockid_t clock = 0;
    struct timespec t = {0, 0};
    if (clock_getcpuclockid(n->child, &clock) != 0 || clock_gettime(clock, &t) != 0) {
        return 0;
    }
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Waits as long as the child makes progress, or has not had the time to. True when it wrote a byte. */
static bool await_child(const struct worker *n, bool *hung) {
    uint32_t seen = n->channel->current;
    double begun = child_seconds(n);
    bool done = false;
    for (unsigned slices = 0; slices < SLICES_MOST; slices++) {
        done = await(n, SLICE_MS, hung);
        if (done || !*hung) {
            break;
        }
        if (n->channel->current != seen) {
            seen = n->channel->current;
            begun = child_seconds(n);
            slices = 0;
        } else if (child_seconds(n) - begun >= TIME_LIMIT) {
            break;
        }
    }
    return done;
}

static bool start_child(struct worker *n) {
    int down[2] = {-1, -1};
    int up[2] = {-1, -1};
    bool good = make_pipe(down) && make_pipe(up);
    n->child = good ? fork() : -1;
    if (n->child == 0) {
        n->main(n->context, n->channel, down[0], up[1]);
        _exit(1);
    }
    close_end(&down[0]);
    close_end(&up[1]);
    n->commands = down[1];
    n->answers = up[0];
    bool hung = false;
    if (n->child < 0 || !await_child(n, &hung)) {
        (void)end_child(n);
        return false;
    }
    return true;
}

/* Runs what is in the channel from `current` on. A run that does not come back costs its own result: the rest goes to a new child. */
static bool run_batch(struct worker *n) {
    struct channel *c = n->channel;
    while (c->current < c->count) {
        if (n->child == 0 && !start_child(n)) {
            return false;
        }
        char byte = 0;
        bool done = false;
        bool hung = false;
        if (write(n->commands, &byte, 1) == 1) {
            done = await_child(n, &hung);
        }
        if (!done) {
            int status = end_child(n);
            if (c->current < c->count) {
                struct run_result *r = &c->results[c->current];
                r->outcome = hung ? RUN_HUNG : RUN_LOST;
                r->detail = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0;
                r->change_count = 0;
                r->after = c->runs[c->current].before;
                c->current++;
            }
        }
    }
    return true;
}

bool worker_run(struct worker *n, unsigned world, const struct run *runs, size_t count, struct run_result *results) {
    struct channel *c = n->channel;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN); /* a child that is gone shows in the results */
    bool good = true;
    c->world = world;
    for (size_t done = 0; good && done < count; done += c->count) {
        c->current = 0;
        c->count = (uint32_t)(count - done < CHANNEL_BATCH ? count - done : CHANNEL_BATCH);
        memcpy(c->runs, runs + done, c->count * sizeof *runs);
        good = run_batch(n);
        for (uint32_t i = 0; good && i < c->count; i++) {
            const struct run_result *r = &c->results[i];
            size_t changes = r->change_count < RUN_CHANGES ? r->change_count : RUN_CHANGES;
            struct run_result *to = &results[done + i];
            memcpy(to, r, offsetof(struct run_result, changes) + changes * sizeof r->changes[0]);
            to->after = r->after;
        }
    }
    (void)signal(SIGPIPE, before);
    return good;
}

struct worker *worker_new(worker_main *child_main, void *context) {
    struct worker *n = calloc(1, sizeof *n);
    if (n == NULL) {
        return NULL;
    }
    void *shared = mmap(NULL, sizeof *n->channel, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    n->channel = shared == MAP_FAILED ? NULL : shared;
    n->main = child_main;
    n->context = context;
    n->commands = n->answers = -1;
    if (n->channel == NULL) {
        free(n);
        return NULL;
    }
    return n;
}

void worker_free(struct worker *n) {
    if (n != NULL) {
        (void)end_child(n);
        (void)munmap(n->channel, sizeof *n->channel);
        free(n);
    }
}
