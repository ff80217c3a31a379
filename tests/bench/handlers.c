/* Compares the handlers of the x86 monitor with the emitted steps, the states that the solver finds first, and measures how many states a second that
 * are, on one core. The number of states for each handler may be given, and the name of one handler, or K/N for every N-th from the K-th on. */
#include "../vmm-model/handler_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STATES_A_HANDLER 20000u

static double seconds_since(clock_t start) { return (double)(clock() - start) / CLOCKS_PER_SEC; }

struct speed {
    double states, seconds;
};

/* The n-th state, in turn, that the solver found for the handler. */
static bool take_found(struct handled *h, size_t handler, const struct found_states *found, unsigned long n) {
    size_t count = 0;
    for (size_t i = 0; i < found->count; i++) {
        count += found->states[i].handler == handler ? 1 : 0;
    }
    for (size_t i = 0, at = 0; i < found->count; i++) {
        if (found->states[i].handler == handler && at++ == n % count) {
            handled_take(h, found->states[i].before);
            return true;
        }
    }
    return false;
}

/* Half of the walks begin at random, half at what the solver found, if it found anything. */
static void move(struct handled *h, size_t handler, const struct found_states *found, unsigned long i) {
    if (i % 64 != 63) {
        handled_change(h);
    } else if (i % 128 == 63 || !take_found(h, handler, found, i / 128)) {
        handled_next(h);
    }
}

static int compare(struct handled *h, size_t handler, const struct found_states *found, unsigned long states, struct speed *fast,
                   struct speed *slow) {
    char difference[300];
    if (!handled_choose(h, handler)) {
        (void)fprintf(stderr, "%s: no such step\n", x86_handlers.handlers[handler].text);
        return 1;
    }
    handled_next(h);
    bool reads = handled_reads_arrays(h);
    struct speed *s = reads ? slow : fast;
    clock_t start = clock();
    for (unsigned long i = 0; i < states; i++) {
        move(h, handler, found, i);
        if (!handled_agree(h, difference, sizeof difference)) {
            (void)fprintf(stderr, "%s in %s: %s\n", x86_handlers.handlers[handler].text, x86_handlers.handlers[handler].mode, difference);
            return 1;
        }
    }
    s->states += (double)states;
    s->seconds += seconds_since(start);
    return 0;
}

static int play(struct handled *h, const struct found_states *found) {
    char difference[300];
    for (size_t i = 0; i < found->count; i++) {
        if (!play_found_state(h, &found->states[i], difference, sizeof difference)) {
            (void)fprintf(stderr, "%s: %s\n", x86_handlers.handlers[found->states[i].handler].name, difference);
            return 1;
        }
    }
    return 0;
}

/* One handler in random states, before the solver is asked, which takes longer: most faults need no more. */
static int compare_at_random(struct isa *isa, const char *only, unsigned long states) {
    const struct found_states none = {NULL, 0, 0, 0, 0};
    struct handled *h = handled_new(isa, 2463534242u);
    struct speed speed = {0, 0};
    int bad = h == NULL ? 1 : 0;
    for (size_t i = 0; h != NULL && i < x86_handlers.handler_count; i++) {
        bad += strcmp(only, x86_handlers.handlers[i].name) == 0 ? compare(h, i, &none, states, &speed, &speed) : 0;
    }
    handled_free(h);
    return bad;
}

int main(int argc, char **argv) {
    char *end = NULL;
    unsigned long states = argc > 2 ? strtoul(argv[2], &end, 10) : STATES_A_HANDLER;
    size_t part = 1;
    size_t parts = 1;
    bool is_part = argc > 3 && sscanf(argv[3], "%zu/%zu", &part, &parts) == 2; // NOLINT(cert-err34-c)
    if (argc < 2 || states == 0 || (end != NULL && *end != '\0') || part == 0 || part > parts) {
        (void)fprintf(stderr, "usage: %s ISA [STATES [HANDLER|K/N]]\n", argv[0]);
        return 2;
    }
    const struct source_reader reader = source_reader_files();
    const struct isa_options options = {.only = NULL};
    char *messages = NULL;
    struct isa *isa = isa_load(argv[1], &reader, &options, &messages);
    const char *only = argc > 3 && !is_part ? argv[3] : NULL;
    if (isa != NULL && only != NULL && compare_at_random(isa, only, states) != 0) {
        isa_free(isa);
        return 1;
    }
    struct found_states *found = isa == NULL ? NULL : find_states(isa, only, only == NULL ? FEW_TERMS : SIZE_MAX);
    struct handled *h = found == NULL ? NULL : handled_new(isa, 88172645463325252u);
    struct speed fast = {0, 0};
    struct speed slow = {0, 0};
    if (h == NULL) {
        (void)fprintf(stderr, "%s\n", isa != NULL ? "no tables of this isa, or the solver fails" : messages == NULL ? "out of memory" : messages);
    }
    int bad = h == NULL ? 1 : play(h, found);
    size_t compared = 0;
    for (size_t i = 0; h != NULL && i < x86_handlers.handler_count; i++) {
        if (only == NULL ? i % parts == part - 1 : strcmp(only, x86_handlers.handlers[i].name) == 0) {
            bad += compare(h, i, found, states, &fast, &slow);
            compared++;
        }
    }
    bad += compared == 0 ? 1 : 0;
    if (only == NULL && h != NULL) {
        (void)printf("handlers: %zu, %d differ; %zu states of the solver (none for %zu large ones); register-only ones %.0f states, %.2f million/s; "
                     "with arrays %.0f states, "
                     "%.2f million/s\n",
                     compared, bad, found->count, found->left_out, fast.states, fast.states / fast.seconds / 1e6, slow.states,
                     slow.states / slow.seconds / 1e6);
    }
    found_states_free(found);
    handled_free(h);
    isa_free(isa);
    free(messages);
    return bad == 0 ? 0 : 1;
}
