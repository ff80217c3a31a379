/* Handlers of MOV from debug registers and to DR0 to DR3: SDM vol. 2B, MOV - Move to/from Debug Registers, and vol. 3B, 20.2. */
#define x86_virtual_of_SOME
#define x86_virtual_of_MOV_FROM_DR
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

static inline uint32_t read_32(struct x86_virtual *s, uint64_t value, uint8_t synonym, uint32_t *dst, uint8_t length) {
    uint32_t fault = access_fault(s, synonym);
    if (fault != X86_DONE) {
        return fault;
    }
    *dst = (uint32_t)value;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

static inline uint32_t read_64(struct x86_virtual *s, uint64_t value, uint8_t synonym, uint64_t *dst, uint8_t length) {
    uint32_t fault = access_fault(s, synonym);
    if (fault != X86_DONE) {
        return fault;
    }
    *dst = value;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

static inline uint32_t write_address(struct x86_virtual *s, uint64_t *dr, uint32_t mode, uint64_t src, uint8_t length) {
    uint32_t fault = access_fault(s, 0);
    if (fault != X86_DONE) {
        return fault;
    }
    *dr = src;
    advance(s, mode, length);
    return X86_DONE;
}

/* ---- MOV from debug registers ----------------------------------------------------------------------------------------------------------------- */

uint32_t x86_virtual_MOV_r32_DR0_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, s->dr0, 0, dst, length);
}

uint32_t x86_virtual_MOV_r32_DR1_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, s->dr1, 0, dst, length);
}

uint32_t x86_virtual_MOV_r32_DR2_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, s->dr2, 0, dst, length);
}

uint32_t x86_virtual_MOV_r32_DR3_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, s->dr3, 0, dst, length);
}

uint32_t x86_virtual_MOV_r32_DR4_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, s->dr6, 1, dst, length);
}

uint32_t x86_virtual_MOV_r32_DR5_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, s->dr7, 1, dst, length);
}

uint32_t x86_virtual_MOV_r32_DR6_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, s->dr6, 0, dst, length);
}

uint32_t x86_virtual_MOV_r32_DR7_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, s->dr7, 0, dst, length);
}

uint32_t x86_virtual_MOV_r64_DR0_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->dr0, 0, dst, length);
}

uint32_t x86_virtual_MOV_r64_DR1_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->dr1, 0, dst, length);
}

uint32_t x86_virtual_MOV_r64_DR2_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->dr2, 0, dst, length);
}

uint32_t x86_virtual_MOV_r64_DR3_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->dr3, 0, dst, length);
}

uint32_t x86_virtual_MOV_r64_DR4_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->dr6, 1, dst, length);
}

uint32_t x86_virtual_MOV_r64_DR5_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->dr7, 1, dst, length);
}

uint32_t x86_virtual_MOV_r64_DR6_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->dr6, 0, dst, length);
}

uint32_t x86_virtual_MOV_r64_DR7_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->dr7, 0, dst, length);
}

/* ---- MOV to debug registers ------------------------------------------------------------------------------------------------------------------- */

uint32_t x86_virtual_MOV_DR0_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length) {
    return write_address(s, &s->dr0, OUTSIDE_64_BIT_MODE, src, length);
}

uint32_t x86_virtual_MOV_DR1_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length) {
    return write_address(s, &s->dr1, OUTSIDE_64_BIT_MODE, src, length);
}

uint32_t x86_virtual_MOV_DR2_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length) {
    return write_address(s, &s->dr2, OUTSIDE_64_BIT_MODE, src, length);
}

uint32_t x86_virtual_MOV_DR3_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length) {
    return write_address(s, &s->dr3, OUTSIDE_64_BIT_MODE, src, length);
}

uint32_t x86_virtual_MOV_DR0_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    return write_address(s, &s->dr0, IN_64_BIT_MODE, src, length);
}

uint32_t x86_virtual_MOV_DR1_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    return write_address(s, &s->dr1, IN_64_BIT_MODE, src, length);
}

uint32_t x86_virtual_MOV_DR2_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    return write_address(s, &s->dr2, IN_64_BIT_MODE, src, length);
}

uint32_t x86_virtual_MOV_DR3_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    return write_address(s, &s->dr3, IN_64_BIT_MODE, src, length);
}
