/* The virtual machine map: from the virtual processor to the real one and back. */
#include "monitor.h"

uint16_t clip(uint16_t base, uint16_t bound, uint32_t words) {
    if (base >= words) {
        return 0;
    }
    if (bound <= words - base) {
        return bound;
    }
    return (uint16_t)(words - base);
}

void load_processor(const struct virtual_machine *v, struct third_generation *host, uint32_t ram_count) {
    host->privilege = USER;
    host->pc = v->processor.pc;
    host->r_base = (uint16_t)(v->processor.r_base + v->origin);
    host->r_bound = clip(v->processor.r_base, v->processor.r_bound, v->processor.size);
    host->halted = 0;
    host->size = ram_count;
    host->reg[0] = v->processor.reg[0];
    host->reg[1] = v->processor.reg[1];
    host->reg[2] = v->processor.reg[2];
    host->reg[3] = v->processor.reg[3];
    host->reg[4] = v->processor.reg[4];
    host->reg[5] = v->processor.reg[5];
    host->reg[6] = v->processor.reg[6];
    host->reg[7] = v->processor.reg[7];
}

void save_processor(struct virtual_machine *v, const struct third_generation *host) {
    v->processor.pc = host->pc;
    v->processor.reg[0] = host->reg[0];
    v->processor.reg[1] = host->reg[1];
    v->processor.reg[2] = host->reg[2];
    v->processor.reg[3] = host->reg[3];
    v->processor.reg[4] = host->reg[4];
    v->processor.reg[5] = host->reg[5];
    v->processor.reg[6] = host->reg[6];
    v->processor.reg[7] = host->reg[7];
}
