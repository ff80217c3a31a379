/* Runs per second of each backend: an empty run (NOP) as the floor, and runs of ADD with their predictions. */
#include "../../hardware/probe.h"
#include "../../isa-model/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t = {0, 0};
    (void)timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const struct world *last_usable(struct backend *b) {
    size_t count = 0;
    const struct world *worlds = b->operations->worlds(b, &count);
    while (count > 0 && worlds[count - 1].unusable != NULL) {
        count--;
    }
    return count == 0 ? NULL : &worlds[count - 1];
}

static double empty_runs(struct backend *b, const struct world *w, size_t count) {
    static struct run runs[64];
    static struct run_result results[64];
    for (size_t i = 0; i < 64; i++) {
        runs[i] = (struct run){.bytes = {0x90}, .length = 1, .before = w->base};
        runs[i].before.rip = w->pointer_base + WINDOW_START;
        runs[i].before.general[4] = w->pointer_base + WINDOW_DATA + WINDOW_DATA_SIZE / 2;
    }
    double start = now();
    for (size_t done = 0; done < count; done += 64) {
        if (!b->operations->run(b, w, runs, 64, results)) {
            return 0;
        }
    }
    return (double)count / (now() - start);
}

static void measure(const struct isa *isa, const struct matcher *m, const char *name, struct backend *(*open)(const char **reason)) {
    const char *reason = NULL;
    struct backend *b = open(&reason);
    if (b == NULL) {
        (void)printf("%-8s cannot run here: %s\n", name, reason);
        return;
    }
    const struct world *w = last_usable(b);
    char *message = NULL;
    const struct probe_options options = {.instruction = "ADD", .cpl = -1, .seed = 1, .states = 8, .shard_count = 1};
    struct probe *p = probe_make(isa, m, b, &options, &message);
    if (w != NULL && p != NULL) {
        (void)printf("%-8s %8.0f empty runs a second, %8.0f runs of ADD with their predictions\n", name, empty_runs(b, w, 1024),
                     (double)p->runs / p->seconds);
    }
    free(message);
    probe_free(p);
    b->operations->close(b);
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
    measure(isa, m, "native", native_open);
    measure(isa, m, "kvm", kvm_open);
    measure(isa, m, "unicorn", unicorn_open);
    matcher_free(m);
    isa_free(isa);
    free(message);
    return 0;
}
