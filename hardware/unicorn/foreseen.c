/* Instructions that the emulator is about to execute and should not. */
#include "foreseen.h"

#include <string.h>

#define IRET 0xCFu
#define FAR_CALL 0x9Au
#define FAR_JUMP 0xEAu
#define TYPE_TSS 9u /* of 32 bits, not busy */
#define TSS_FLAGS 0x24u
#define FLAG_V86 0x20000u

unsigned loaded_register(const struct code_view *v, uint64_t address, uint32_t size) {
    unsigned number = NO_REGISTER;
    for (uint32_t i = 0; number == NO_REGISTER && i + 2 < size && address + size <= v->size; i++) {
        bool found = v->memory[address + i] == 0x0F && v->memory[address + i + 1] == 0x22;
        number = found ? v->memory[address + i + 2] >> 3 & 7u : NO_REGISTER;
    }
    return number;
}

bool moves_debug_register(const struct code_view *v, uint64_t address, uint32_t size) {
    bool found = false;
    for (uint32_t i = 0; i + 2 < size && address + size <= v->size; i++) {
        found = found || (v->memory[address + i] == 0x0F && (v->memory[address + i + 1] == 0x21 || v->memory[address + i + 1] == 0x23));
    }
    return found;
}

static uint32_t word_at(const struct code_view *v, uint64_t address) {
    uint32_t word = 0;
    if (address + sizeof word <= v->size) {
        memcpy(&word, v->memory + address, sizeof word);
    }
    return word;
}

/* CALL or JMP with the selector of a TSS in the instruction, whose task is one of virtual-8086 mode. */
static bool enters_v86_task(const struct code_view *v, uint64_t address, uint32_t size) {
    uint8_t opcode = size >= 7 && address + size <= v->size ? v->memory[address + size - 7] : 0;
    if (opcode != FAR_CALL && opcode != FAR_JUMP) {
        return false;
    }
    uc_x86_mmr table = {0, 0, 0, 0};
    (void)uc_reg_read(v->uc, UC_X86_REG_GDTR, &table);
    uint64_t descriptor = table.base + (word_at(v, address + size - 4) >> 16 & 0xFFF8u);
    uint32_t low = word_at(v, descriptor);
    uint32_t high = word_at(v, descriptor + 4);
    uint32_t base = low >> 16 | (high & 0xFF) << 16 | (high & 0xFF000000u);
    return (high >> 8 & 0x1F) == TYPE_TSS && (word_at(v, (uint64_t)base + TSS_FLAGS) & FLAG_V86) != 0;
}

bool is_for_machine(const struct code_view *v, uint64_t address, uint32_t size, unsigned loaded, bool physical_extension) {
    bool is_return = size > 0 && address + size <= v->size && v->memory[address + size - 1] == IRET;
    return is_return || enters_v86_task(v, address, size) || (loaded != NO_REGISTER && (loaded != 0 || physical_extension));
}
