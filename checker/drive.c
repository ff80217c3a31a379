/* A child process runs the states; what it does to itself costs one state. */
#include "drive.h"

#include "emulator.h"
#include "minimise.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FINDINGS 512u
#define FINDINGS_A_JOB 12u
#define LOSSES_A_JOB 3u
#define POLL_MICROSECONDS 2000u
#define LEAK_BYTES 8u /* a call, of the fewest that are taken for a leak */

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

/* ---- the child --------------------------------------------------------------------------------------------------------------------------------- */

struct child {
    struct driver *driver;
    struct channel *channel;
    struct runner *runner;
    struct emulator *emulator;
    const struct job *job;
    struct subject subject;
    struct sample *paths;
    double job_started;
};

static struct child *this_child; /* for the signal handler */

static void fatal(int number, siginfo_t *info, void *context) {
    (void)context;
    this_child->channel->signal = number;
    this_child->channel->guarded = number == SIGSEGV && runner_guards(this_child->runner, info->si_addr) ? 1 : 0;
    _exit(99);
}

static void catch_signals(void) {
    static unsigned char stack[65536];
    const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    (void)sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = fatal;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        (void)sigaction(numbers[i], &action, NULL);
    }
}

static void run_one(void *context, const struct sample *x, struct run_verdict *v) {
    struct child *c = context;
    c->channel->ticks++;
    c->channel->inside = 1;
    if (c->job->handle != NULL) {
        runner_run(c->runner, x, v);
    } else {
        emulator_run(c->emulator, x, v);
    }
    c->channel->inside = 0;
}

static struct raw_finding *find_raw(struct channel *c, unsigned job, const struct run_verdict *v, unsigned *of_job) {
    *of_job = 0;
    for (uint32_t i = c->finding_count; i-- > 0 && c->findings[i].job == job;) {
        (*of_job)++;
        if (run_same(&c->findings[i].verdict, v)) {
            return &c->findings[i];
        }
    }
    return NULL;
}

static void note(struct child *c, unsigned job, const struct sample *x, const struct run_verdict *v) {
    struct channel *ch = c->channel;
    unsigned of_job = 0;
    struct raw_finding *known = find_raw(ch, job, v, &of_job);
    if (known != NULL) {
        known->states++;
        return;
    }
    if (of_job >= FINDINGS_A_JOB || ch->finding_count == FINDINGS) {
        ch->left_out++;
        return;
    }
    struct raw_finding *f = &ch->findings[ch->finding_count];
    memset(f, 0, sizeof *f);
    f->job = job;
    f->verdict = *v;
    f->states = 1;
    f->first = ch->number + 1;
    f->seconds = check_now() - c->driver->options.started;
    f->elapsed = check_now() - c->job_started;
    f->sample = *x;
    ch->finding_count++; /* a state that is lost while it is minimised is reported as it is */
    static struct sample smaller;
    smaller = *x;
    minimise(&c->subject, c->driver->plugin, &smaller, v, run_one, c);
    f->sample = smaller;
    f->difference_count = c->job->handle != NULL ? runner_differences(c->runner, &smaller, v, f->differences, CHECK_DIFFERENCES)
                                                 : emulator_differences(c->emulator, f->differences, CHECK_DIFFERENCES);
    if (c->job->handle == NULL) {
        emulator_tell(c->emulator, &f->concrete);
    }
    f->difference_count = f->difference_count > CHECK_DIFFERENCES ? CHECK_DIFFERENCES : f->difference_count;
}

static void make_sample(struct child *c, uint64_t number) {
    size_t paths = c->job->targets->state_count;
    struct sample *x = &c->channel->current;
    if (number < paths) {
        sample_copy(&c->subject, &c->paths[number], x);
    } else {
        struct random r = {c->driver->options.seed * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)c->job->entry << 40 ^ number};
        (void)random_next(&r);
        sample_vary(&c->subject, &c->paths[random_below(&r, paths)], &r, x);
    }
    x->variant = (uint32_t)(number & 1);
    plugin_fix(c->driver->plugin, &c->subject, x);
}

static bool prepare_job(struct child *c, const struct job *job) {
    size_t paths = job->targets->state_count;
    c->job = job;
    if (job->variable != NULL) {
        *job->variable = job->value;
    }
    free(c->paths);
    c->paths = malloc((paths + 1) * sizeof *c->paths);
    if (c->paths == NULL || !subject_prepare(&c->subject, c->driver->plugin->isa, c->driver->plugin->table, job->entry)) {
        return false;
    }
    for (size_t i = 0; i < paths; i++) {
        sample_from(&c->subject, job->targets->states[i], &c->paths[i]);
    }
    return job->handle != NULL ? runner_choose(c->runner, &c->subject, job->handle) : emulator_choose(c->emulator, &c->subject);
}

static void look_for_leak(struct child *c, unsigned job, uint64_t calls, size_t first_half, size_t second_half) {
    size_t least = (size_t)(calls / 2) * LEAK_BYTES;
    if (calls >= 32 && first_half < SIZE_MAX / 2 && second_half < SIZE_MAX / 2 && first_half >= least && second_half >= least) {
        const struct run_verdict v = {.diverges = true, .property = CHECK_LEAK, .place = -1};
        struct channel *ch = c->channel;
        if (ch->finding_count < FINDINGS) {
            struct raw_finding *f = &ch->findings[ch->finding_count++];
            memset(f, 0, sizeof *f);
            f->job = job;
            f->verdict = v;
            f->states = calls;
            f->first = 1;
            f->seconds = check_now() - c->driver->options.started;
            sample_copy(&c->subject, &c->paths[0], &f->sample);
            (void)snprintf(f->detail, sizeof f->detail, "%zu bytes a call stay allocated", (first_half + second_half) / (size_t)calls);
        }
    }
}

static void run_job(struct child *c, unsigned number, uint64_t from) {
    struct channel *ch = c->channel;
    struct job_result *result = &ch->results[number];
    size_t paths = c->job->targets->state_count;
    uint64_t total = paths == 0 ? 0 : paths + c->job->random;
    c->job_started = check_now();
    double end = c->driver->options.seconds > 0 ? check_now() + c->driver->options.seconds : 0;
    size_t start = mallinfo2().uordblks;
    size_t middle = start;
    uint32_t found = ch->finding_count;
    uint64_t n = from;
    for (; n < total || (end > 0 && paths > 0); n++) {
        struct run_verdict v;
        ch->number = n;
        make_sample(c, n);
        run_one(c, &ch->current, &v);
        result->states++;
        result->unhandled += v.seen == RUN_UNHANDLED && !v.diverges ? 1 : 0;
        if (v.diverges) {
            note(c, number, &ch->current, &v);
        }
        bool nothing = n + 1 == paths && result->unhandled == result->states;
        if (nothing || (c->driver->options.stop_early && ch->finding_count > found)) {
            break;
        }
        middle = n + 1 == (from + total) / 2 ? mallinfo2().uordblks : middle;
        if (n >= total && (n & 255) == 0 && check_now() > end) {
            break;
        }
    }
    if (n == total && total - from >= 2) {
        look_for_leak(c, number, total - from, middle - start, mallinfo2().uordblks - middle);
    }
}

static void child_main(struct driver *d, const struct job *jobs, size_t count, unsigned first, uint64_t from) {
    static struct child c;
    c = (struct child){.driver = d, .channel = d->channel};
    this_child = &c;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) { /* what a plug-in prints is not part of the report */
        (void)dup2(nothing, STDOUT_FILENO);
    }
    c.runner = runner_new(d->plugin);
    c.emulator = d->plugin->given->emulate == NULL ? NULL : emulator_new(d->plugin, d->matcher);
    catch_signals();
    for (unsigned i = first; c.runner != NULL && i < count; i++) {
        d->channel->job = i;
        d->channel->number = i == first ? from : 0;
        d->channel->ticks++;
        if (prepare_job(&c, &jobs[i])) {
            run_job(&c, i, i == first ? from : 0);
        } else {
            d->channel->results[i].note = "its states cannot be set up";
        }
    }
    d->channel->complete = c.runner != NULL ? 1 : 0;
    _exit(0);
}

/* ---- the parent -------------------------------------------------------------------------------------------------------------------------------- */

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
    struct raw_finding *known = find_raw(c, c->job, &v, &of_job);
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
            child_main(d, jobs, count, first, from);
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
