/* The handlers of the x86 monitor against the emitted steps, and faults put into states that must be noticed. */
#include "../tests.h"

#include "handler_states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATES_A_HANDLER 4000u
#define X86 "x86-tables/x86.isa"

struct tally {
    uint64_t states, done, traps;
    size_t handlers_done;
};

static void run_handler(struct handled *h, size_t handler, struct tally *t) {
    char difference[300] = "";
    unsigned bad = 0;
    uint64_t done = 0;
    for (unsigned i = 0; i < STATES_A_HANDLER && bad == 0; i++) {
        if (i % 16 == 0) {
            handled_next(h);
        } else {
            handled_change(h);
        }
        bad += handled_agree(h, difference, sizeof difference) ? 0 : 1;
        done += handled_outcome(h) == 0 ? 1 : 0;
        t->traps += handled_outcome(h) > 1 ? 1 : 0;
        t->states++;
    }
    CHECK(bad == 0, "%s in %s: %s", x86_handlers.handlers[handler].text, x86_handlers.handlers[handler].mode, difference);
    t->done += done;
    t->handlers_done += done > 0 ? 1 : 0;
}

static void test_random(void) {
    struct isa *isa = load_file(X86, NULL, 0);
    struct handled *h = isa == NULL ? NULL : handled_new(isa, 88172645463325252u);
    struct tally t = {0, 0, 0, 0};
    if (CHECK(h != NULL, "the tables are of x86")) {
        for (size_t i = 0; i < x86_handlers.handler_count; i++) {
            if (CHECK(handled_choose(h, i), "%s: no such step", x86_handlers.handlers[i].text)) {
                run_handler(h, i, &t);
            }
        }
        (void)printf("       %zu handlers, %llu states; %llu done, %llu faults; %zu handlers never done\n", x86_handlers.handler_count,
                     (unsigned long long)t.states, (unsigned long long)t.done, (unsigned long long)t.traps,
                     x86_handlers.handler_count - t.handlers_done);
    }
    handled_free(h);
    isa_free(isa);
}

static const struct test tests[] = {{"random states", test_random}};
const struct suite handlers_suite = SUITE("handlers", tests);
