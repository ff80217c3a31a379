/* Handler of XGETBV. */
#define x86_virtual_of_SOME
#define x86_virtual_of_XGETBV
#include "x86/support.h"

#define XSAVE_LEAF 0xD00000001u /* leaf 13, subleaf 1: bit 2 says that ECX = 1 may be asked for */

/* Which components are not in their initial state: what there is of them is one value each. */
static inline uint64_t components_in_use(const struct x86_virtual *s) {
    uint64_t low = x86_virtual_opaque_x87_registers_128_80_80_80_80_80_80_80_80_low(
        s->x87_register0_low, s->x87_register0_high, s->x87_register1_low, s->x87_register1_high, s->x87_register2_low, s->x87_register2_high,
        s->x87_register3_low, s->x87_register3_high, s->x87_register4_low, s->x87_register4_high, s->x87_register5_low, s->x87_register5_high,
        s->x87_register6_low, s->x87_register6_high, s->x87_register7_low, s->x87_register7_high);
    uint64_t high = x86_virtual_opaque_x87_registers_128_80_80_80_80_80_80_80_80_high(
        s->x87_register0_low, s->x87_register0_high, s->x87_register1_low, s->x87_register1_high, s->x87_register2_low, s->x87_register2_high,
        s->x87_register3_low, s->x87_register3_high, s->x87_register4_low, s->x87_register4_high, s->x87_register5_low, s->x87_register5_high,
        s->x87_register6_low, s->x87_register6_high, s->x87_register7_low, s->x87_register7_high);
    return 1 | x86_virtual_opaque_components_in_use_64_16_16_16_128_32_128_32(s->x87_control, s->x87_status, s->x87_tag, low, high, s->mxcsr,
                                                                               s->vector_state_low, s->vector_state_high, s->pkru);
}

/* A function with a contract: WP sorts the arguments of `&` anew in every place, so one place has to be the only one. */
/*@ assigns \nothing;
  @ ensures value: \result == x86_virtual_and(value, mask);
  @*/
static uint64_t masked(uint64_t mask, uint64_t value) {
    return mask & value;
}

static inline uint32_t read_control(struct x86_virtual *s, uint32_t mode, const struct x86_virtual_array *cpuid_low, uint8_t length) {
    uint32_t number = (uint32_t)s->rcx;
    if (s->cr4_osxsave == 0) {
        return X86_INVALID_OPCODE;
    }
    if (number > 1 || (number == 1 && bit(x86_virtual_read(cpuid_low, XSAVE_LEAF), 2) == 0)) {
        return X86_GENERAL_PROTECTION;
    }
    uint64_t value = number == 1 ? masked(components_in_use(s), s->xcr0) : s->xcr0;
    s->rax = with_lower_half(s->rax, mode, (uint32_t)value);
    s->rdx = with_lower_half(s->rdx, mode, (uint32_t)(value / 0x100000000));
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_XGETBV_protected(struct x86_virtual *s, const struct x86_virtual_array *cpuid_low, uint8_t length) {
    return read_control(s, OUTSIDE_64_BIT_MODE, cpuid_low, length);
}

uint32_t x86_virtual_XGETBV_long(struct x86_virtual *s, const struct x86_virtual_array *cpuid_low, uint8_t length) {
    return read_control(s, IN_64_BIT_MODE, cpuid_low, length);
}
