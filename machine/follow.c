/* Takes over the state of another processor, which shows selectors and not what is behind them: that is loaded anew by the steps of the tables. */
#include "computer_internal.h"

/* Executes an instruction that is not in memory. */
static bool execute_bytes(struct processor *p, const uint8_t *bytes, size_t size) {
    struct decoded d;
    struct instruction i;
    struct fault fault;
    bool good = matcher_decode(p->decoder->matcher, (enum matcher_mode)processor_mode(&p->state), bytes, size, &d) &&
                bind_places(p->decoder, &d, &i) && execute(p, &i, &fault);
    return good;
}

/* MOV Sreg, AX. */
static bool load_data_segment(struct processor *p, unsigned segment, uint16_t selector) {
    const uint8_t bytes[] = {0x8E, (uint8_t)(0xC0 | segment << 3)};
    p->state.rax = selector;
    return execute_bytes(p, bytes, sizeof bytes);
}

/* JMP ptr16:32, at the level that the selector has. */
static bool load_code_segment(struct processor *p, uint16_t selector, uint32_t offset) {
    uint8_t bytes[7] = {0xEA};
    memcpy(bytes + 1, &offset, sizeof offset);
    memcpy(bytes + 5, &selector, sizeof selector);
    return execute_bytes(p, bytes, sizeof bytes);
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
    x86_set_opaques(machine_opaque, &c->opaque_context);
    if ((next.cr0 & 1) == 0) {
        computer_set_state(c, &next);
        return false;
    }
    computer_set_state(c, &next);
    c->memory.epoch++;
    if (seen->segments[SEGMENT_CS].selector != old.segments[SEGMENT_CS].selector) {
        good = load_code_segment(p, seen->segments[SEGMENT_CS].selector, (uint32_t)seen->rip) && good;
    }
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        if (i != SEGMENT_CS && seen->segments[i].selector != old.segments[i].selector) {
            good = load_data_segment(p, i, seen->segments[i].selector) && good;
        }
    }
    p->state.rax = seen->general[0];
    p->state.rip = seen->rip;
    return good;
}
