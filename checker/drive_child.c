/* The child process: runs states, minimises what diverges, and notes it where the parent sees it. */
#include "driver.h"

#include "minimise.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FINDINGS_A_JOB 12u
#define DECIDED_STATES 16u
#define LEAK_BYTES 8u /* a call, of the fewest that are taken for a leak */

struct child {
    struct driver *driver;
    struct channel *channel;
    struct runner *runner;
    struct emulator *emulator;
    const struct job *job;
    struct subject subject;
    struct sample *paths;
    struct cone *cone;
    const struct job *prepared; /* that subject and paths are of */
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

static void note(struct child *c, unsigned job, const struct sample *x, const struct run_verdict *v) {
    struct channel *ch = c->channel;
    unsigned of_job = 0;
    struct raw_finding *known = driver_find(ch, job, v, &of_job);
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

/* The solver's states, and where an opaque function decides, each of them with other arguments of it: a handler decides in its own way, and one state
 * may happen to be one in which it does nothing. */
static uint64_t chosen_states(const struct child *c) {
    return c->job->targets->state_count * (c->subject.decider_count == 0 ? UINT64_C(1) : 1 + DECIDED_STATES);
}

static void make_sample(struct child *c, uint64_t number) {
    size_t paths = c->job->targets->state_count;
    struct sample *x = &c->channel->current;
    if (number < paths) {
        sample_copy(&c->subject, &c->paths[number], x);
    } else {
        struct random r = {c->driver->options.seed * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)c->job->entry << 40 ^ number};
        (void)random_next(&r);
        if (number < chosen_states(c)) {
            sample_vary_deciders(&c->subject, &c->paths[number % paths], &r, x);
        } else {
            sample_vary(&c->subject, &c->paths[random_below(&r, paths)], &r, x);
        }
    }
    x->variant = (uint32_t)(number & 1);
    plugin_fix(c->driver->plugin, &c->subject, x);
}

static bool prepare_job(struct child *c, const struct job *job) {
    size_t paths = job->targets->state_count;
    bool same = c->prepared != NULL && c->prepared->entry == job->entry && c->prepared->targets == job->targets; /* mutants of one form */
    c->job = job;
    if (job->variable != NULL) {
        *job->variable = job->value;
    }
    if (!same) {
        c->prepared = NULL;
        free(c->paths);
        c->paths = malloc((paths + 1) * sizeof *c->paths);
        if (c->paths == NULL || !subject_prepare(&c->subject, c->driver->plugin->isa, c->driver->plugin->table, job->entry)) {
            return false;
        }
        for (size_t i = 0; i < paths; i++) {
            if (!sample_from(&c->subject, c->cone, job->targets->states[i], &c->paths[i])) {
                return false;
            }
        }
        c->prepared = job;
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
    uint64_t total = paths == 0 ? 0 : chosen_states(c) + c->job->random;
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

void driver_child(struct driver *d, const struct job *jobs, size_t count, unsigned first, uint64_t from) {
    static struct child c;
    c = (struct child){.driver = d, .channel = d->channel};
    this_child = &c;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) { /* what a plug-in prints is not part of the report */
        (void)dup2(nothing, STDOUT_FILENO);
    }
    c.runner = runner_new(d->plugin);
    c.emulator = d->plugin->given->emulate == NULL ? NULL : emulator_new(d->plugin, d->matcher);
    c.cone = cone_new(d->plugin->isa->pool);
    catch_signals();
    for (unsigned i = first; c.runner != NULL && c.cone != NULL && i < count; i++) {
        d->channel->job = i;
        d->channel->number = i == first ? from : 0;
        d->channel->ticks++;
        if (prepare_job(&c, &jobs[i])) {
            run_job(&c, i, i == first ? from : 0);
        } else {
            d->channel->results[i].note = "its states cannot be set up";
        }
    }
    d->channel->complete = c.runner != NULL && c.cone != NULL ? 1 : 0;
    _exit(0);
}
