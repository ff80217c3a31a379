/* Exercise 7: LRB of the bare machine (popek exercise 7). The contract is in third_generation.h, which `popek emit third_generation --language acsl`
 * writes: read it there. */
#include "third_generation.h"

uint32_t third_generation_LRB(struct third_generation *s, uint8_t a, uint8_t b) {
    s->r_base = s->reg[a];
    s->r_bound = s->reg[b];
    return third_generation_DONE;
}
