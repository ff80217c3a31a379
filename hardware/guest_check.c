/* The simplest check of a machine: does an exception come back with the state that it found? */
#include "guest.h"

#include <string.h>

static struct run simple_run(const struct world *w, const char *bytes, uint32_t length) {
    struct run r = {.length = length, .before = w->base};
    memcpy(r.bytes, bytes, length);
    r.before.rip = w->pointer_base + WINDOW_START;
    r.before.general[1] = 0xDEAD; /* no model-specific register */
    r.before.general[4] = w->pointer_base + WINDOW_DATA + WINDOW_DATA_SIZE / 2;
    return r;
}

static bool is_intact(const struct world *w, const struct run *r, const struct run_result *result, uint32_t length) {
    const uint64_t kept = UINT64_C(0x23FD5); /* what the frame has of the flags: VM and below, but for RF */
    bool flags = ((result->after.rflags ^ r->before.rflags) & kept) == 0;
    bool selectors = true;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        selectors = selectors && result->after.segments[i].selector == w->base.segments[i].selector;
    }
    return flags && selectors && result->after.rip == r->before.rip + length && result->after.general[4] == r->before.general[4];
}

size_t guest_check(struct guest *g, struct backend *b) {
    static struct run_result results[2];
    size_t usable = 0;
    for (unsigned i = 0; i < GUEST_WORLDS; i++) {
        struct world *w = &g->worlds[i];
        const struct run runs[2] = {simple_run(w, "\x90", 1), simple_run(w, "\x0f\x32", 2)}; /* NOP; RDMSR of what few machines have */
        if (!b->operations->run(b, w, runs, 2, results)) {
            w->unusable = "the machine could not be set up";
        } else if (results[0].outcome != RUN_DONE || !is_intact(w, &runs[0], &results[0], 1)) {
            w->unusable = "a NOP does not come back with the state that it found: the machine does not support this mode";
        } else if (results[1].outcome != RUN_DONE && (results[1].vector != 13 || !is_intact(w, &runs[1], &results[1], 0))) {
            w->unusable = "an exception does not come back with the state that it found: its frame is wrong or elsewhere";
        }
        usable += w->unusable == NULL ? 1u : 0u;
    }
    return usable;
}
