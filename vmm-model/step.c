/* Fetch and decode, for the bare machine and for a virtual one. */
#include "step.h"

uint32_t machine_execute(struct third_generation *s, uint16_t *word, uint32_t count, uint16_t instruction) {
    uint8_t first = first_operand(instruction);
    uint8_t second = second_operand(instruction);
    switch (operation(instruction)) {
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
#ifdef third_generation_JRST1_ENSURES
    case OPERATION_JRST1:
        return machine_JRST1(s, word, count, second);
#endif
    default:
        break;
    }
    take_trap(s, word, count, NO_SUCH_OPERATION);
    return NO_SUCH_OPERATION;
}

uint32_t monitor_execute(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint16_t instruction) {
    uint8_t first = first_operand(instruction);
    uint8_t second = second_operand(instruction);
    switch (operation(instruction)) {
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
#ifdef third_generation_JRST1_ENSURES
    case OPERATION_JRST1:
        return monitor_JRST1(v, host, ram, ram_count, second);
#endif
    default:
        break;
    }
    monitor_trap(v, host, ram, ram_count, NO_SUCH_OPERATION);
    return NO_SUCH_OPERATION;
}

uint32_t machine_fetch(const struct third_generation *s, const uint16_t *word, uint32_t count) {
    (void)count;
    return reaches(s->r_base, s->r_bound, s->size, s->pc) == 0 ? NO_WORD : word[s->r_base + s->pc];
}

uint32_t machine_step(struct third_generation *s, uint16_t *word, uint32_t count) {
    if (s->halted == 1) {
        return DONE;
    }
    uint32_t instruction = machine_fetch(s, word, count);
    if (instruction == NO_WORD) {
        take_trap(s, word, count, MEMORY_TRAP);
        return MEMORY_TRAP;
    }
    return machine_execute(s, word, count, (uint16_t)instruction);
}

uint32_t monitor_fetch(const struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count) {
    struct third_generation image;
    load_processor(v, &image, ram_count);
    return machine_fetch(&image, ram, ram_count);
}

uint32_t monitor_step(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count) {
    if (v->processor.halted == 1) {
        return DONE;
    }
    uint32_t instruction = monitor_fetch(v, ram, ram_count);
    if (instruction == NO_WORD) {
        monitor_trap(v, host, ram, ram_count, MEMORY_TRAP);
        return MEMORY_TRAP;
    }
    return monitor_execute(v, host, ram, ram_count, (uint16_t)instruction);
}
