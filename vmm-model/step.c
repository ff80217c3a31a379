/* Fetch and decode, for the bare machine and for a virtual one. */
#include "step.h"

uint8_t first_operand(uint16_t instruction) { return (uint8_t)(instruction / 16 % 8); }

uint8_t second_operand(uint16_t instruction) { return (uint8_t)(instruction % 8); }

uint32_t machine_execute(struct third_generation *s, uint16_t *word, uint32_t count, uint16_t instruction) {
    uint8_t first = first_operand(instruction);
    uint8_t second = second_operand(instruction);
    switch (instruction / 256) {
    case OPERATION_LD:
        return machine_LD(s, word, count, first, second);
    case OPERATION_ST:
        return machine_ST(s, word, count, first, second);
    case OPERATION_ADD:
        return machine_ADD(s, word, count, first, second);
    case OPERATION_JMP:
        return machine_JMP(s, word, count, second);
    case OPERATION_BZ:
        return machine_BZ(s, word, count, first, second);
    case OPERATION_LPSW:
        return machine_LPSW(s, word, count, second);
    case OPERATION_LRB:
        return machine_LRB(s, word, count, first, second);
    case OPERATION_SVC:
        return machine_SVC(s, word, count);
    case OPERATION_HALT:
        return machine_HALT(s, word, count);
    default:
        break;
    }
    take_trap(s, word, count, NO_SUCH_OPERATION);
    return NO_SUCH_OPERATION;
}

uint32_t monitor_execute(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint16_t instruction) {
    uint8_t first = first_operand(instruction);
    uint8_t second = second_operand(instruction);
    switch (instruction / 256) {
    case OPERATION_LD:
        return monitor_LD(v, host, ram, ram_count, first, second);
    case OPERATION_ST:
        return monitor_ST(v, host, ram, ram_count, first, second);
    case OPERATION_ADD:
        return monitor_ADD(v, host, ram, ram_count, first, second);
    case OPERATION_JMP:
        return monitor_JMP(v, host, ram, ram_count, second);
    case OPERATION_BZ:
        return monitor_BZ(v, host, ram, ram_count, first, second);
    case OPERATION_LPSW:
        return monitor_LPSW(v, host, ram, ram_count, second);
    case OPERATION_LRB:
        return monitor_LRB(v, host, ram, ram_count, first, second);
    case OPERATION_SVC:
        return monitor_SVC(v, host, ram, ram_count);
    case OPERATION_HALT:
        return monitor_HALT(v, host, ram, ram_count);
    default:
        break;
    }
    v->entries = v->entries + 1;
    reflect_trap(v, ram, ram_count, NO_SUCH_OPERATION);
    return NO_SUCH_OPERATION;
}

uint32_t machine_step(struct third_generation *s, uint16_t *word, uint32_t count) {
    if (s->halted == 1) {
        return DONE;
    }
    if (reaches(s->r_base, s->r_bound, s->size, s->pc) == 0) {
        take_trap(s, word, count, MEMORY_TRAP);
        return MEMORY_TRAP;
    }
    return machine_execute(s, word, count, word[s->r_base + s->pc]);
}

uint32_t monitor_step(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count) {
    if (v->processor.halted == 1) {
        return DONE;
    }
    load_processor(v, host, ram_count);
    /* The real processor fetches: through its own relocation-bounds register. */
    if (reaches(host->r_base, host->r_bound, host->size, host->pc) == 0) {
        v->entries = v->entries + 1;
        reflect_trap(v, ram, ram_count, MEMORY_TRAP);
        return MEMORY_TRAP;
    }
    return monitor_execute(v, host, ram, ram_count, ram[host->r_base + host->pc]);
}
