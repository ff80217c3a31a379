/* Backends themselves: what tested code cannot do, what a run that is lost costs, and that nothing is left behind. */
#include "../tests.h"
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static const struct world *find_world(struct backend *b, enum matcher_mode mode) {
    size_t count = 0;
    const struct world *w = b->operations->worlds(b, &count);
    while (count > 0 && w->mode != mode) {
        w++;
        count--;
    }
    return count > 0 ? w : NULL;
}

static struct run raw_run(const struct world *w, const char *bytes, uint32_t length) {
    struct run r = {.length = length, .before = w->base};
    memcpy(r.bytes, bytes, length);
    r.before.rip = w->pointer_base + WINDOW_START;
    r.before.general[4] = w->pointer_base + WINDOW_DATA + 0x3000;
    return r;
}

static const struct raw_case {
    const char *name, *bytes;
    uint32_t length;
    enum matcher_mode mode;
    uint64_t rax;
    enum run_outcome outcome;
    uint32_t vector;
} raw_cases[] = {
    {"NOP", "\x90", 1, MATCHER_LONG, 0, RUN_DONE, 13},
    {"HLT", "\xf4", 1, MATCHER_LONG, 0, RUN_TRAP, 13},
    {"UD2", "\x0f\x0b", 2, MATCHER_LONG, 0, RUN_TRAP, 6},
    {"a jump to itself", "\xeb\xfe", 2, MATCHER_LONG, 0, RUN_HUNG, 0},
    {"SYSCALL exit_group", "\x0f\x05", 2, MATCHER_LONG, 231, RUN_KERNEL, 0},
    {"SYSCALL getpid", "\x0f\x05", 2, MATCHER_LONG, 39, RUN_KERNEL, 0},
    {"INT 0x80", "\xcd\x80", 2, MATCHER_LONG, 1, RUN_KERNEL, 0},
    {"INT3", "\xcc", 1, MATCHER_LONG, 0, RUN_KERNEL, 3},
    {"a store outside", "\x48\x89\x00", 3, MATCHER_LONG, 0x20000000, RUN_TRAP, 14},
    {"NOP, 32 bits", "\x90", 1, MATCHER_COMPATIBILITY, 0, RUN_DONE, 13},
    {"a load beyond the segment", "\x8b\x00", 2, MATCHER_COMPATIBILITY, 0x20000, RUN_TRAP, 13},
    {"INT 0x80 exit, 32 bits", "\xcd\x80", 2, MATCHER_COMPATIBILITY, 1, RUN_KERNEL, 0},
};

static void test_child(void) {
    static struct run_result results[2];
    struct backend *b = hardware_open_or_skip("native", native_open);
    for (size_t i = 0; b != NULL && i < sizeof raw_cases / sizeof raw_cases[0]; i++) {
        const struct raw_case *c = &raw_cases[i];
        const struct world *w = find_world(b, c->mode);
        if (w == NULL) {
            (void)printf("skipped: native: no %s mode here\n", matcher_mode_name(c->mode));
            continue;
        }
        struct run runs[2] = {raw_run(w, c->bytes, c->length), raw_run(w, "\x90", 1)};
        runs[0].before.general[0] = c->rax;
        CHECK(b->operations->run(b, w, runs, 2, results), "%s: the backend fails", c->name);
        CHECK(results[0].outcome == c->outcome && (c->outcome == RUN_HUNG || c->outcome == RUN_DONE || results[0].vector == c->vector),
              "%s: outcome %d, vector %u", c->name, (int)results[0].outcome, results[0].vector);
        CHECK(results[1].outcome == RUN_DONE, "%s: it costs more than its own run: %d", c->name, (int)results[1].outcome);
    }
    if (b != NULL) {
        b->operations->close(b);
    }
}

static size_t count_entries(const char *directory) {
    size_t count = 0;
    DIR *d = opendir(directory);
    while (d != NULL && readdir(d) != NULL) {
        count++;
    }
    if (d != NULL) {
        (void)closedir(d);
    }
    return count;
}

static size_t count_mappings(void) {
    char *maps = read_text("/proc/self/maps", NULL);
    size_t count = 0;
    for (const char *line = maps; line != NULL && (line = strchr(line, '\n')) != NULL; line++) {
        count++;
    }
    free(maps);
    return count;
}

/* The code of the window, at its linear address. */
static bool knows_window(void) {
    char *maps = read_text("/proc/self/maps", NULL);
    bool found = maps != NULL && strstr(maps, "00011000-") != NULL;
    free(maps);
    return found;
}

/* The backends whose machine is a guest, or this processor. */
static const struct {
    const char *name;
    struct backend *(*open)(const char **reason);
    unsigned soak; /* runs in `make test`; `make soak` makes 10,000 of each */
} backends[] = {{"native", native_open, 10000}, {"kvm", kvm_open, 500}, {"unicorn", unicorn_open, 500}};

/* Stores and invalid opcodes in the last world that is usable: 64-bit mode at CPL 3 where there is one. */
static size_t soak(struct backend *b, size_t runs_wanted) {
    static struct run runs[50];
    static struct run_result results[50];
    size_t count = 0;
    const struct world *w = b->operations->worlds(b, &count);
    while (count > 1 && (w[count - 1].unusable != NULL || w[count - 1].mode != MATCHER_LONG)) {
        count--;
    }
    w += count - 1;
    for (unsigned i = 0; i < 50; i++) {
        runs[i] = i % 2 == 0 ? raw_run(w, "\x48\x89\x04\x24", 4) : raw_run(w, "\x0f\x0b", 2);
    }
    size_t done = 0;
    for (size_t i = 0; i < runs_wanted / 50; i++) {
        CHECK(b->operations->run(b, w, runs, 50, results), "the backend fails");
        for (unsigned k = 0; k < 50; k++) {
            done += results[k].outcome == (k % 2 == 0 ? RUN_DONE : RUN_TRAP) ? 1u : 0u;
        }
    }
    return done;
}

static void test_soak(void) {
    const char *all = getenv("POPEK_SOAK");
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        const char *reason = NULL;
        const char *name = backends[i].name;
        size_t wanted = all == NULL ? backends[i].soak : 10000;
        struct backend *b = backends[i].open(&reason); /* what a library keeps, it has after the first time */
        if (b == NULL) {
            (void)printf("skipped: %s: %s\n", name, reason);
            continue;
        }
        b->operations->close(b);
        size_t mappings = count_mappings();
        size_t files = count_entries("/proc/self/fd");
        b = backends[i].open(&reason);
        size_t done = b == NULL ? 0 : soak(b, wanted);
        CHECK(done == wanted, "%s: %zu of %zu runs end as they should", name, done, wanted);
        if (b != NULL) {
            b->operations->close(b);
        }
        errno = 0;
        CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s: no process is left", name);
        CHECK(count_entries("/proc/self/fd") == files, "%s: no file is left open", name);
        CHECK(count_mappings() <= mappings && !knows_window(), "%s: no mapping is left: %zu, not %zu", name, count_mappings(), mappings);
    }
}

/* A jump to itself in a guest costs its own run, whatever comes after it. */
static void test_lost_guests(void) {
    static struct run_result results[2];
    for (size_t i = 1; i < sizeof backends / sizeof backends[0]; i++) {
        const char *reason = NULL;
        struct backend *b = backends[i].open(&reason);
        size_t count = 0;
        const struct world *w = b == NULL ? NULL : b->operations->worlds(b, &count);
        for (size_t k = 0; k < count; k++) {
            if (w[k].unusable == NULL && w[k].mode == MATCHER_LONG) {
                const struct run runs[2] = {raw_run(&w[k], "\xeb\xfe", 2), raw_run(&w[k], "\x90", 1)};
                CHECK(b->operations->run(b, &w[k], runs, 2, results), "%s fails", backends[i].name);
                CHECK(results[0].outcome == RUN_HUNG && results[1].outcome == RUN_DONE, "%s, CPL %u: %d, then %d", backends[i].name, w[k].cpl,
                      (int)results[0].outcome, (int)results[1].outcome);
            }
        }
        if (b == NULL) {
            (void)printf("skipped: %s: %s\n", backends[i].name, reason);
        } else {
            b->operations->close(b);
        }
    }
}

/* The processes that this one started; 0 when the system does not tell. */
static pid_t only_child(void) {
    char *text = read_text("/proc/thread-self/children", NULL);
    long pid = text == NULL ? 0 : strtol(text, NULL, 10);
    free(text);
    return (pid_t)pid;
}

/* A child that somebody kills costs the run that it was at, and no other. */
static void test_killed_child(void) {
    static struct run_result results[4];
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        struct backend *b = hardware_open_or_skip(backends[i].name, backends[i].open);
        size_t count = 0;
        const struct world *w = b == NULL ? NULL : b->operations->worlds(b, &count);
        while (count > 0 && w->unusable != NULL) {
            w++;
            count--;
        }
        for (unsigned killed = 0; count > 0 && killed < 2; killed++) { /* first the control: nobody is killed */
            const struct run nop = raw_run(w, "\x90", 1);
            const struct run runs[4] = {nop, nop, nop, nop};
            unsigned lost = 0;
            (void)b->operations->run(b, w, runs, 1, results);
            pid_t child = only_child();
            if (child == 0) {
                (void)printf("skipped: %s: the system does not tell the children of a process\n", backends[i].name);
                break;
            }
            (void)(killed == 1 && kill(child, SIGKILL) == 0);
            CHECK(b->operations->run(b, w, runs, 4, results), "%s fails", backends[i].name);
            for (unsigned k = 0; k < 4; k++) {
                lost += results[k].outcome == RUN_LOST ? 1u : 0u;
            }
            CHECK(lost == killed && results[3].outcome == RUN_DONE, "%s: %u runs are lost", backends[i].name, lost);
        }
        if (b != NULL) {
            b->operations->close(b);
        }
    }
}

static const struct test tests[] = {{"the child can be lost", test_child},
                                    {"guests can be lost", test_lost_guests},
                                    {"a killed child", test_killed_child},
                                    {"nothing is left behind", test_soak}};
const struct suite backends_suite = SUITE("backends", tests);
