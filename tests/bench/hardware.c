/* Runs per second of each backend: an empty run (NOP) as the floor, and runs of ADD with their predictions. */
#include "../../hardware/probe.h"
#include "../../isa-model/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Of this process and of the children that have ended: other work on the machine does not count. */
static double processor_time(void) {
    double seconds = 0;
    static const int who[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (unsigned i = 0; i < 2; i++) {
        struct rusage u;
        (void)getrusage(who[i], &u);
        seconds += (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
    }
    return seconds;
}

static const struct world *last_usable(struct backend *b) {
    size_t count = 0;
    const struct world *worlds = b->operations->worlds(b, &count);
    while (count > 0 && worlds[count - 1].unusable != NULL) {
        count--;
    }
    return count == 0 ? NULL : &worlds[count - 1];
}

static bool empty_runs(struct backend *b, const struct world *w, size_t count) {
    static struct run runs[64];
    static struct run_result results[64];
    bool good = true;
    for (size_t i = 0; i < 64; i++) {
        runs[i] = (struct run){.bytes = {0x90}, .length = 1, .before = w->base};
        runs[i].before.rip = w->pointer_base + WINDOW_START;
        runs[i].before.general[4] = w->pointer_base + WINDOW_DATA + WINDOW_DATA_SIZE / 2;
    }
    for (size_t done = 0; good && done < count; done += 64) {
        good = b->operations->run(b, w, runs, 64, results);
    }
    return good;
}

struct machine {
    const char *name;
    struct backend *(*open)(const char **reason);
    size_t empty_runs; /* multiples of 64 */
};

/* What it costs to open the backend, to make so many empty runs or (0) none, with predictions of ADD or without, and to close it again, when the
 * child has ended. Negative: it cannot run here. */
static double cost(const struct isa *isa, const struct matcher *m, const struct machine *machine, size_t empty, size_t *predicted) {
    const char *reason = NULL;
    double start = processor_time();
    struct backend *b = machine->open(&reason);
    const struct world *w = b == NULL ? NULL : last_usable(b);
    bool good = w != NULL && empty_runs(b, w, empty);
    if (good && predicted != NULL) {
        char *message = NULL;
        const struct probe_options options = {.instruction = "ADD", .cpl = -1, .seed = 1, .states = 8, .shard_count = 1};
        struct probe *p = probe_make(isa, m, b, &options, &message);
        *predicted = p == NULL ? 0 : p->runs;
        good = p != NULL;
        free(message);
        probe_free(p);
    }
    if (b != NULL) {
        b->operations->close(b);
    } else {
        (void)printf("%-8s cannot run here: %s\n", machine->name, reason);
    }
    return good ? processor_time() - start : -1;
}

static void measure(const struct isa *isa, const struct matcher *m, const struct machine *machine) {
    size_t predicted = 0;
    double nothing = cost(isa, m, machine, 0, NULL);
    double empty = nothing < 0 ? -1 : cost(isa, m, machine, machine->empty_runs, NULL);
    double with_predictions = empty < 0 ? -1 : cost(isa, m, machine, 0, &predicted);
    if (with_predictions >= 0) {
        (void)printf("%-8s %8.0f empty runs a second of processor time, %8.0f runs of ADD with their predictions\n", machine->name,
                     (double)machine->empty_runs / (empty - nothing), (double)predicted / (with_predictions - nothing));
    }
}

int main(int argc, char **argv) {
    struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = "ADD"};
    char *message = NULL;
    struct isa *isa = argc < 2 ? NULL : isa_load(argv[1], &reader, &options, &message);
    struct matcher *m = isa == NULL ? NULL : matcher_of_isa(isa, &message);
    if (m == NULL) {
        (void)fprintf(stderr, "hardware: %s\n", message == NULL ? "usage: hardware X86.ISA" : message);
        return 1;
    }
    static const struct machine machines[] = {{"native", native_open, 131072}, {"kvm", kvm_open, 4096}, {"unicorn", unicorn_open, 32768}};
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        measure(isa, m, &machines[i]);
    }
    matcher_free(m);
    isa_free(isa);
    free(message);
    return 0;
}
