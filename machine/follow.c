/* Takes over the state of another processor, which shows selectors and not what is behind them: that is loaded anew by the steps of the tables. */
#include "computer_internal.h"
#include "load_segments.h"

/* SDM vol. 3B, 23.2.1: there is nothing behind selectors that a table would tell. */
static void follow_v86(struct computer *c, const struct machine_state *seen) {
    struct machine_state next = *seen;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        uint16_t selector = seen->segments[i].selector;
        next.segments[i] =
            (struct segment_state){.base = (uint32_t)selector << 4, .limit = 0xFFFF, .selector = selector, .type = 3, .dpl = 3, .usable = 1};
    }
    next.cpl = 3;
    computer_set_state(c, &next);
}

bool computer_follow(struct computer *c, const struct machine_state *seen) {
    struct processor *p = &c->processor;
    struct machine_state old;
    computer_state(c, &old);
    struct machine_state next = *seen;
    memcpy(next.segments, old.segments, sizeof next.segments);
    next.ldtr.usable = (seen->ldtr.selector & 0xFFFC) != 0;
    next.tr.type = old.tr.type;
    next.cr2 = old.cr2;
    bool good = true;
    struct fault fault;
    x86_set_opaques(machine_opaque, &c->opaque_context);
    if ((next.rflags & FLAG_V86) != 0) {
        memcpy(next.segments, seen->segments, sizeof next.segments);
        follow_v86(c, &next);
        return true;
    }
    if ((next.cr0 & 1) == 0) {
        computer_set_state(c, &next);
        return false;
    }
    computer_set_state(c, &next);
    c->memory.epoch++;
    if (seen->segments[SEGMENT_CS].selector != old.segments[SEGMENT_CS].selector) {
        good = load_code_segment(p, seen->segments[SEGMENT_CS].selector, (uint32_t)seen->rip, &fault) && good;
    }
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        if (i != SEGMENT_CS && seen->segments[i].selector != old.segments[i].selector) {
            good = load_data_segment(p, i, seen->segments[i].selector, &fault) && good;
        }
    }
    p->state.rax = seen->general[0];
    p->state.rip = seen->rip;
    return good;
}
