/* Handlers of MOV to DR6 and DR7, and to DR4 and DR5, which are other names of them: SDM vol. 3B, 20.2. */
#define x86_virtual_of_SOME
#define x86_virtual_of_MOV_TO_DR
#include "x86/support.h"

/* In this order: DR4 and DR5 are other names of DR6 and DR7 only while CR4.DE is 0; CPL; general detect. */
static inline uint32_t access_fault(const struct x86_virtual *s, uint8_t synonym) {
    if (synonym == 1 && s->cr4_de == 1) {
        return X86_INVALID_OPCODE;
    }
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    return bit(s->dr7, 13) == 1 ? X86_DEBUG : X86_DONE;
}

/* What is stored: of DR6 bits 15:13 and 3:0, of DR7 bits 31:16, 13 and 9:0. Of the other bits 31:17 and 10:4 of DR6 and bit 10 of DR7 are 1.
 * Bits that the manual leaves to the processor are given by the caller: bus lock (11) and RTM (16) of DR6, RTM (11) of DR7. */
static inline uint32_t status_of(uint32_t src, uint8_t bit_11, uint8_t bit_16) {
    return (uint32_t)(PLACED(0x7FFF, 17) + PLACED(bit_16, 16) + PLACED(src / 0x2000 % 8, 13) + PLACED(bit_11, 11) + PLACED(0x7F, 4) + src % 16);
}

static inline uint32_t control_of(uint32_t src, uint8_t bit_11) {
    return (uint32_t)(PLACED(src / 0x10000, 16) + PLACED(bit(src, 13), 13) + PLACED(bit_11, 11) + PLACED(1, 10) + src % 0x400);
}

static inline uint32_t write_status(struct x86_virtual *s, uint8_t synonym, uint32_t mode, uint64_t src, uint8_t length, uint8_t bit_11, uint8_t bit_16) {
    uint32_t fault = access_fault(s, synonym);
    if (fault != X86_DONE) {
        return fault;
    }
    if (src > 0xFFFFFFFF) {
        return X86_GENERAL_PROTECTION;
    }
    s->dr6 = status_of((uint32_t)src, bit_11, bit_16);
    advance(s, mode, length);
    return X86_DONE;
}

static inline uint32_t write_control(struct x86_virtual *s, uint8_t synonym, uint32_t mode, uint64_t src, uint8_t length, uint8_t bit_11) {
    uint32_t fault = access_fault(s, synonym);
    if (fault != X86_DONE) {
        return fault;
    }
    if (src > 0xFFFFFFFF) {
        return X86_GENERAL_PROTECTION;
    }
    s->dr7 = control_of((uint32_t)src, bit_11);
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_MOV_DR4_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length, uint8_t undefined_1_0_1, uint8_t undefined_2_0_1) {
    return write_status(s, 1, OUTSIDE_64_BIT_MODE, src, length, undefined_1_0_1, undefined_2_0_1);
}

uint32_t x86_virtual_MOV_DR5_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length, uint8_t undefined_1_0_1) {
    return write_control(s, 1, OUTSIDE_64_BIT_MODE, src, length, undefined_1_0_1);
}

uint32_t x86_virtual_MOV_DR6_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length, uint8_t undefined_1_0_1, uint8_t undefined_2_0_1) {
    return write_status(s, 0, OUTSIDE_64_BIT_MODE, src, length, undefined_1_0_1, undefined_2_0_1);
}

uint32_t x86_virtual_MOV_DR7_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length, uint8_t undefined_1_0_1) {
    return write_control(s, 0, OUTSIDE_64_BIT_MODE, src, length, undefined_1_0_1);
}

uint32_t x86_virtual_MOV_DR4_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length, uint8_t undefined_1_0_1, uint8_t undefined_2_0_1) {
    return write_status(s, 1, IN_64_BIT_MODE, src, length, undefined_1_0_1, undefined_2_0_1);
}

uint32_t x86_virtual_MOV_DR5_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length, uint8_t undefined_1_0_1) {
    return write_control(s, 1, IN_64_BIT_MODE, src, length, undefined_1_0_1);
}

uint32_t x86_virtual_MOV_DR6_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length, uint8_t undefined_1_0_1, uint8_t undefined_2_0_1) {
    return write_status(s, 0, IN_64_BIT_MODE, src, length, undefined_1_0_1, undefined_2_0_1);
}

uint32_t x86_virtual_MOV_DR7_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length, uint8_t undefined_1_0_1) {
    return write_control(s, 0, IN_64_BIT_MODE, src, length, undefined_1_0_1);
}
