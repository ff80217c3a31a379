/* Handler of XSETBV. */
#define x86_virtual_of_SOME
#define x86_virtual_of_XSETBV
#include "x86/support.h"

/* x87 always; AVX only with SSE; the two of MPX, the three of AVX-512 and the two of AMX together; AVX-512 only with AVX. SDM vol. 1, 13.3. */
static inline uint8_t is_valid_xcr0(uint64_t value) {
    if (bit(value, 0) == 0 || (bit(value, 2) == 1 && bit(value, 1) == 0)) {
        return 0;
    }
    if (bit(value, 3) != bit(value, 4) || bit(value, 17) != bit(value, 18)) {
        return 0;
    }
    return value / 32 % 8 == 0 || (value / 32 % 8 == 7 && bit(value, 2) == 1) ? 1 : 0;
}

static inline uint32_t write_control(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    uint64_t value = (uint64_t)(uint32_t)s->rdx * 0x100000000 + (uint32_t)s->rax;
    if (s->cr4_osxsave == 0) {
        return X86_INVALID_OPCODE;
    }
    if (s->cpl != 0 || (uint32_t)s->rcx != 0 || is_valid_xcr0(s->rax) == 0 || x86_virtual_opaque_a_reserved_bit_of_XCR0_is_set_1_64(value) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    s->xcr0 = value;
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_XSETBV_protected(struct x86_virtual *s, uint8_t length) {
    return write_control(s, OUTSIDE_64_BIT_MODE, length);
}

uint32_t x86_virtual_XSETBV_long(struct x86_virtual *s, uint8_t length) {
    return write_control(s, IN_64_BIT_MODE, length);
}
