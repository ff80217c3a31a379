/* Measures the bare machine and a monitored one in lockstep: random programs, everything compared after every step. */
#include "../simulator/random_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WORDS 48u
#define INTERVAL 7u

static const struct run {
    const char *title;
    enum machine_kind kind;
    unsigned depth;
    uint64_t steps;
    bool model; /* the evaluator instead of the proven C */
} runs[] = {
    {"bare against vmm", MACHINE_VMM, 1, 5000000, false},
    {"bare against hybrid", MACHINE_HYBRID, 1, 5000000, false},
    {"bare against nested=8", MACHINE_NESTED, 8, 1000000, false},
    {"the same by the model, vmm", MACHINE_VMM, 1, 20000, true},
};

static bool measure(const struct target *t, const struct run *r) {
    struct machine_request request = {r->kind, r->depth, WORDS, INTERVAL, 0};
    const char *message = NULL;
    struct machine *monitored = r->model ? machine_new_model(t, &request, &message) : machine_new_proven(t, &request, &message);
    request.kind = MACHINE_BARE;
    struct machine *bare = r->model ? machine_new_model(t, &request, &message) : machine_new_proven(t, &request, &message);
    bool good = monitored != NULL && bare != NULL;
    if (good) {
        struct random_run result;
        clock_t start = clock();
        run_random(bare, monitored, r->steps, 2463534242u, &result);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        (void)printf("%-28s %7.0f thousand random steps a second; %llu steps, %.1f %% directly, %u differences, %u outside\n", r->title,
                     seconds > 0 ? (double)result.steps / seconds / 1e3 : 0.0, (unsigned long long)result.steps,
                     100.0 * (double)result.direct / (double)result.steps, result.different, result.outside);
        good = result.different == 0 && result.outside == 0 && result.steps >= r->steps;
    } else {
        (void)fprintf(stderr, "lockstep: %s\n", message);
    }
    machine_free(monitored);
    machine_free(bare);
    return good;
}

int main(int argc, char **argv) {
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = NULL};
    char *messages = NULL;
    const char *message = "usage: lockstep ISA";
    struct isa *isa = argc == 2 ? isa_load(argv[1], &reader, &options, &messages) : NULL;
    struct target *t = isa == NULL ? NULL : target_new(isa, &message);
    bool good = t != NULL;
    if (t == NULL) {
        (void)fprintf(stderr, "lockstep: %s\n", messages == NULL ? message : messages);
    }
    for (size_t i = 0; t != NULL && i < sizeof runs / sizeof runs[0]; i++) {
        good = measure(t, &runs[i]) && good;
    }
    free(messages);
    target_free(t);
    isa_free(isa);
    return good ? 0 : 1;
}
