/* The interpreter routines of the privileged instructions. They are written from the manual, not generated, and proven to do the generated step. */
#include "interpreter.h"

uint32_t reaches(uint16_t base, uint16_t bound, uint32_t words, uint16_t address) {
    if (base < words && address < bound && address < words - base) {
        return 1;
    }
    return 0;
}

uint32_t interpret_LPSW(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count, uint8_t a) {
    uint16_t base = v->processor.r_base;
    uint16_t bound = v->processor.r_bound;
    uint32_t words = v->processor.size;
    uint16_t address = v->processor.reg[a];
    uint16_t second = (uint16_t)(address + 1);
    uint16_t third = (uint16_t)(address + 2);
    uint16_t fourth = (uint16_t)(address + 3);
    (void)ram_count;
    if (reaches(base, bound, words, address) == 0 || reaches(base, bound, words, second) == 0 || reaches(base, bound, words, third) == 0 ||
        reaches(base, bound, words, fourth) == 0) {
        return MEMORY_TRAP;
    }
    uint16_t mode = ram[v->origin + base + address];
    v->processor.privilege = (mode & 1) == 1 ? USER : SUPERVISOR;
    v->processor.pc = ram[v->origin + base + second];
    v->processor.r_base = ram[v->origin + base + third];
    v->processor.r_bound = ram[v->origin + base + fourth];
    return DONE;
}

uint32_t interpret_LRB(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b) {
    (void)ram;
    (void)ram_count;
    v->processor.r_base = v->processor.reg[a];
    v->processor.r_bound = v->processor.reg[b];
    v->processor.pc = (uint16_t)(v->processor.pc + 1);
    return DONE;
}

uint32_t interpret_HALT(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count) {
    (void)ram;
    (void)ram_count;
    v->processor.halted = 1;
    v->processor.pc = (uint16_t)(v->processor.pc + 1);
    return DONE;
}
