/* The handlers of the x86 monitor against the emitted steps, and faults put into states that must be noticed. */
#include "../tests.h"

#include "handler_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATES_A_HANDLER 4000u
#define X86 "x86-tables/x86.isa"

struct tally {
    uint64_t states, done, traps, refused;
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
        t->refused += handled_outcome(h) == HANDLER_REFUSED ? 1 : 0;
        t->traps += handled_outcome(h) > 1 && handled_outcome(h) != HANDLER_REFUSED ? 1 : 0;
        t->states++;
    }
    CHECK(bad == 0, "%s in %s: %s", x86_handlers.handlers[handler].text, x86_handlers.handlers[handler].mode, difference);
    t->done += done;
    t->handlers_done += done > 0 ? 1 : 0;
}

static void test_random(void) {
    struct isa *isa = load_file(X86, NULL, 0);
    struct handled *h = isa == NULL ? NULL : handled_new(isa, 88172645463325252u);
    struct tally t = {0, 0, 0, 0, 0};
    if (CHECK(h != NULL, "the tables are of x86")) {
        for (size_t i = 0; i < x86_handlers.handler_count; i++) {
            if (CHECK(handled_choose(h, i), "%s: no such step", x86_handlers.handlers[i].text)) {
                run_handler(h, i, &t);
            }
        }
        (void)printf("       %zu handlers, %llu states; %llu done, %llu faults, %llu refused; %zu handlers never done\n", x86_handlers.handler_count,
                     (unsigned long long)t.states, (unsigned long long)t.done, (unsigned long long)t.traps, (unsigned long long)t.refused,
                     x86_handlers.handler_count - t.handlers_done);
        /* SWAPGS, SYSCALL and SYSRET outside 64-bit mode; and what needs descriptors that random states seldom have (SS, TR, far
         * transfers, interrupts), or goes to a task, which is refused, whatever they have. */
        CHECK(t.handlers_done + 23 >= x86_handlers.handler_count, "only %zu handlers are done", t.handlers_done);
        CHECK(t.refused > 0 && t.refused * 10 < t.states, "%llu states refused", (unsigned long long)t.refused);
    }
    handled_free(h);
    isa_free(isa);
}

static void test_found(void) {
    struct isa *isa = load_file(X86, NULL, 0);
    struct found_states *found = isa == NULL ? NULL : find_states(isa, NULL, FEW_TERMS);
    struct handled *h = found == NULL ? NULL : handled_new(isa, 2463534242u);
    size_t done = 0;
    size_t handlers_done = 0;
    size_t last = x86_handlers.handler_count;
    for (size_t i = 0; h != NULL && i < found->count; i++) {
        const struct found_state *f = &found->states[i];
        char difference[300] = "";
        CHECK(play_found_state(h, f, difference, sizeof difference), "%s: %s", x86_handlers.handlers[f->handler].name, difference);
        bool is_done = handled_outcome(h) == 0;
        done += is_done ? 1 : 0;
        handlers_done += is_done && f->handler != last ? 1 : 0;
        last = is_done ? f->handler : last;
    }
    if (CHECK(h != NULL, "the solver answers") && found != NULL) {
        (void)printf("       %zu queries, %zu states, %zu of them done, %zu undecided; %zu handlers done, %zu left out\n", found->asked, found->count,
                     done, found->undecided, handlers_done, found->left_out);
        CHECK(found->count > 500 && found->undecided == 0, "%zu states, %zu undecided", found->count, found->undecided);
        /* SWAPGS, SYSCALL and SYSRET outside 64-bit mode; and where an opaque function decides, its value here is not the one that the solver chose.
         */
        CHECK(handlers_done + found->left_out + 6 >= x86_handlers.handler_count, "only %zu handlers are done", handlers_done);
    }
    handled_free(h);
    found_states_free(found);
    isa_free(isa);
}

static void test_faults(void) {
    struct command_result r = run_command("tests/vmm-model/handler_mutants.sh \"$(dirname \"$POPEK\")\" fast");
    (void)printf("%s%s", r.out == NULL ? "" : "       ", r.out == NULL ? "" : r.out);
    CHECK(r.code == 0, "%s", r.err == NULL ? "" : r.err);
    command_result_free(&r);
}

static const struct test tests[] = {
    {"states where each check fails, and sides of comparisons", test_found},
    {"random states", test_random},
    {"faults in handlers are noticed", test_faults},
};
const struct suite handlers_suite = SUITE("handlers", tests);
