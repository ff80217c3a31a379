/* The virtual timer. */
#include "interrupt.h"

void count_instruction(struct timer *t) {
    if (t->left > 0) {
        t->left = t->left - 1;
    }
}

uint32_t machine_interrupt(struct third_generation *s, uint16_t *word, uint32_t count, struct timer *t) {
    if (t->interval == 0 || t->left > 0 || s->privilege != USER || s->halted != 0) {
        return DONE;
    }
    t->left = t->interval;
    take_trap(s, word, count, TIMER_INTERRUPT);
    return TIMER_INTERRUPT;
}

uint32_t monitor_interrupt(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, struct timer *t) {
    if (t->interval == 0 || t->left > 0 || v->processor.privilege != USER || v->processor.halted != 0) {
        return DONE;
    }
    t->left = t->interval;
    v->entries = v->entries + 1;
    reflect_trap(v, ram, ram_count, TIMER_INTERRUPT);
    return TIMER_INTERRUPT;
}
