/* The allocator: words are given out in order and not taken back. */
#include "allocator.h"

void allocator_start(struct allocator *s, uint32_t reserved, uint32_t count) {
    s->next = reserved;
    s->count = count;
}

uint32_t allocate(struct allocator *s, uint32_t words, uint32_t *origin) {
    if (words < TRAP_WORDS || words > s->count - s->next) {
        return 0;
    }
    *origin = s->next;
    s->next = s->next + words;
    return 1;
}

void switch_on(struct virtual_machine *v, uint32_t origin, uint32_t words) {
    v->origin = origin;
    v->entries = 0;
    v->processor.privilege = SUPERVISOR;
    v->processor.halted = 0;
    v->processor.pc = (uint16_t)TRAP_WORDS;
    v->processor.r_base = 0;
    v->processor.r_bound = words == MOST_WORDS ? (uint16_t)65535 : (uint16_t)words;
    v->processor.size = words;
    v->processor.reg[0] = 0;
    v->processor.reg[1] = 0;
    v->processor.reg[2] = 0;
    v->processor.reg[3] = 0;
    v->processor.reg[4] = 0;
    v->processor.reg[5] = 0;
    v->processor.reg[6] = 0;
    v->processor.reg[7] = 0;
}
