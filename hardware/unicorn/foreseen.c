/* Instructions that the emulator is about to execute and should not. */
#include "foreseen.h"

#include "../../x86-tables/prefix.h"

#include <stddef.h>

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

#define CS_OVERRIDE 0x2Eu

struct opcodes {
    uint8_t first, last;
};
static bool is_in(const struct opcodes *ranges, size_t count, uint8_t opcode) {
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        found = found || (opcode >= ranges[i].first && opcode <= ranges[i].last);
    }
    return found;
}

/* SDM vol. 2D, appendix A, tables. */
static const struct opcodes one_byte[] = {
    {0x07, 0x07}, {0x17, 0x17}, {0x1F, 0x1F}, /* POP ES, SS, DS */
    {0x8E, 0x8E},                             /* MOV Sreg */
    {0x9A, 0x9B},                             /* CALL far, WAIT */
    {0xC4, 0xC5},                             /* LES, LDS; VEX */
    {0xCA, 0xCB}, {0xCF, 0xCF},               /* RET far, IRET */
    {0xD8, 0xDF},                             /* x87 */
    {0xEA, 0xEA},                             /* JMP far */
};
static const struct opcodes two_bytes[] = {
    {0x10, 0x17}, {0x28, 0x2F}, {0x50, 0x7F},               /* SSE, MMX */
    {0x30, 0x33}, {0xA2, 0xA2},                             /* WRMSR, RDTSC, RDMSR, RDPMC; CPUID */
    {0xA1, 0xA1}, {0xA9, 0xA9}, {0xB2, 0xB2}, {0xB4, 0xB5}, /* POP FS, GS; LSS, LFS, LGS */
    {0x38, 0x38}, {0x3A, 0x3A}, {0xAE, 0xAE}, {0xC2, 0xC2}, {0xC4, 0xC6}, {0xD0, 0xFE},
};

static bool is_doubtful(const uint8_t *bytes, uint32_t size) {
    uint32_t i = 0;
    while (i < size && is_legacy_prefix(bytes[i])) {
        if (bytes[i++] == CS_OVERRIDE) {
            return true;
        }
    }
    if (i + 1 >= size) { /* one byte is left at most */
        return i < size && is_in(one_byte, sizeof one_byte / sizeof one_byte[0], bytes[i]);
    }
    unsigned digit = bytes[i + 1] >> 3 & 7;
    if (bytes[i] == 0xFF) {
        return digit == 3 || digit == 5; /* CALL and JMP far through memory */
    }
    if (bytes[i] != 0x0F) {
        return is_in(one_byte, sizeof one_byte / sizeof one_byte[0], bytes[i]);
    }
    bool reads_time = bytes[i + 1] == 0x01 && i + 2 < size && bytes[i + 2] == 0xF9;          /* RDTSCP */
    bool loads_table = bytes[i + 1] == 0x00 && i + 2 < size && (bytes[i + 2] >> 4 & 3) == 1; /* LLDT, LTR: digits 2 and 3 */
    return reads_time || loads_table || is_in(two_bytes, sizeof two_bytes / sizeof two_bytes[0], bytes[i + 1]);
}

struct code_view view_code(const uint8_t *memory, uint32_t size) {
    struct code_view v = {memory, size, {false}};
    for (unsigned byte = 0; byte < sizeof v.begins; byte++) {
        v.begins[byte] =
            byte == 0x0F || byte == 0xFF || is_legacy_prefix((uint8_t)byte) || is_in(one_byte, sizeof one_byte / sizeof one_byte[0], (uint8_t)byte);
    }
    return v;
}

bool may_be_foreseen(const struct code_view *v, uint64_t address) { return address < v->size && v->begins[v->memory[address]]; }

bool is_for_machine(const struct code_view *v, uint64_t address, uint32_t size, unsigned loaded, bool physical_extension) {
    bool doubtful = address + size <= v->size && is_doubtful(v->memory + address, size);
    return doubtful || (loaded != NO_REGISTER && (loaded != 0 || physical_extension));
}
