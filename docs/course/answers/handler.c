/* An answer to exercise 7: the trap comes first, nothing may be changed before it, and the counter goes on by one, modulo 2^16. */
#include "third_generation.h"

uint32_t third_generation_LRB(struct third_generation *s, uint8_t a, uint8_t b) {
    if (s->privilege == 1) {
        return third_generation_TRAP + 1;
    }
    s->r_base = s->reg[a];
    s->r_bound = s->reg[b];
    s->pc = (uint16_t)(s->pc + 1);
    return third_generation_DONE;
}
