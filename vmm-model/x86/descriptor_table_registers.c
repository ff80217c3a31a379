/* Handlers of LGDT, LIDT, SGDT, SIDT, SLDT and STR. */
#define x86_virtual_of_SOME
#define x86_virtual_of_LGDT
#define x86_virtual_of_LIDT
#define x86_virtual_of_SGDT
#define x86_virtual_of_SIDT
#define x86_virtual_of_SLDT
#define x86_virtual_of_STR
#include "x86/support.h"

/* Bits 63:48 of the base repeat bit 47: the base begins at bit 16 of the operand, so its bits 63:48 are the high part. SDM vol. 1, 3.3.7.1. */
static inline uint8_t is_canonical_base(uint64_t src_low, uint16_t src_high) {
    return src_high == (bit(src_low, 63) == 1 ? 0xFFFF : 0) ? 1 : 0;
}

static inline uint64_t long_base(uint64_t src_low, uint16_t src_high) {
    return (uint64_t)src_high * 0x1000000000000 + src_low / 0x10000;
}

/* ---- loads ------------------------------------------------------------------------------------------------------------------------------------ */

static inline uint32_t load_gdtr(struct x86_virtual *s, uint64_t base, uint16_t limit, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->gdtr_base = base;
    s->gdtr_limit = limit;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

static inline uint32_t load_idtr(struct x86_virtual *s, uint64_t base, uint16_t limit, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->idtr_base = base;
    s->idtr_limit = limit;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

/* With a 16-bit operand size the base has 24 bits. */
uint32_t x86_virtual_LGDT_m16_24_protected(struct x86_virtual *s, uint64_t src, uint8_t length) {
    return load_gdtr(s, src / 0x10000 % 0x1000000, (uint16_t)src, length);
}

uint32_t x86_virtual_LGDT_m16_32_protected(struct x86_virtual *s, uint64_t src, uint8_t length) {
    return load_gdtr(s, src / 0x10000, (uint16_t)src, length);
}

uint32_t x86_virtual_LIDT_m16_24_protected(struct x86_virtual *s, uint64_t src, uint8_t length) {
    return load_idtr(s, src / 0x10000 % 0x1000000, (uint16_t)src, length);
}

uint32_t x86_virtual_LIDT_m16_32_protected(struct x86_virtual *s, uint64_t src, uint8_t length) {
    return load_idtr(s, src / 0x10000, (uint16_t)src, length);
}

uint32_t x86_virtual_LGDT_m16_64_long(struct x86_virtual *s, uint64_t src_low, uint16_t src_high, uint8_t length) {
    if (s->cpl != 0 || is_canonical_base(src_low, src_high) == 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->gdtr_base = long_base(src_low, src_high);
    s->gdtr_limit = (uint16_t)src_low;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_LIDT_m16_64_long(struct x86_virtual *s, uint64_t src_low, uint16_t src_high, uint8_t length) {
    if (s->cpl != 0 || is_canonical_base(src_low, src_high) == 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->idtr_base = long_base(src_low, src_high);
    s->idtr_limit = (uint16_t)src_low;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

/* ---- stores: CR4.UMIP makes them privileged --------------------------------------------------------------------------------------------------- */

static inline uint8_t store_is_privileged(const struct x86_virtual *s) {
    return s->cr4_umip == 1 && s->cpl != 0 ? 1 : 0;
}

static inline uint32_t store_table(struct x86_virtual *s, uint64_t base, uint16_t limit, uint64_t *dst, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = (uint64_t)(uint32_t)base * 0x10000 + limit;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

static inline uint32_t store_long_table(struct x86_virtual *s, uint64_t base, uint16_t limit, uint64_t *dst_low, uint16_t *dst_high, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst_low = base % 0x1000000000000 * 0x10000 + limit;
    *dst_high = (uint16_t)(base / 0x1000000000000);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_SGDT_m16_32_protected(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return store_table(s, s->gdtr_base, s->gdtr_limit, dst, length);
}

uint32_t x86_virtual_SGDT_m16_64_long(struct x86_virtual *s, uint64_t *dst_low, uint16_t *dst_high, uint8_t length) {
    return store_long_table(s, s->gdtr_base, s->gdtr_limit, dst_low, dst_high, length);
}

uint32_t x86_virtual_SIDT_m16_32_protected(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return store_table(s, s->idtr_base, s->idtr_limit, dst, length);
}

uint32_t x86_virtual_SIDT_m16_64_long(struct x86_virtual *s, uint64_t *dst_low, uint16_t *dst_high, uint8_t length) {
    return store_long_table(s, s->idtr_base, s->idtr_limit, dst_low, dst_high, length);
}

static inline uint32_t store_selector_16(struct x86_virtual *s, uint32_t mode, uint16_t selector, uint16_t *dst, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = selector;
    advance(s, mode, length);
    return X86_DONE;
}

static inline uint32_t store_selector_32(struct x86_virtual *s, uint32_t mode, uint16_t selector, uint32_t *dst, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = selector;
    advance(s, mode, length);
    return X86_DONE;
}

static inline uint32_t store_selector_64(struct x86_virtual *s, uint32_t mode, uint16_t selector, uint64_t *dst, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = selector;
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_SLDT_m16_protected(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return store_selector_16(s, OUTSIDE_64_BIT_MODE, s->ldtr_selector, dst, length);
}

uint32_t x86_virtual_SLDT_r16_protected(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return store_selector_16(s, OUTSIDE_64_BIT_MODE, s->ldtr_selector, dst, length);
}

uint32_t x86_virtual_SLDT_r32_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return store_selector_32(s, OUTSIDE_64_BIT_MODE, s->ldtr_selector, dst, length);
}

uint32_t x86_virtual_SLDT_m16_long(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return store_selector_16(s, IN_64_BIT_MODE, s->ldtr_selector, dst, length);
}

uint32_t x86_virtual_SLDT_r16_long(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return store_selector_16(s, IN_64_BIT_MODE, s->ldtr_selector, dst, length);
}

uint32_t x86_virtual_SLDT_r32_long(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return store_selector_32(s, IN_64_BIT_MODE, s->ldtr_selector, dst, length);
}

uint32_t x86_virtual_SLDT_r64_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return store_selector_64(s, IN_64_BIT_MODE, s->ldtr_selector, dst, length);
}

uint32_t x86_virtual_STR_m16_protected(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return store_selector_16(s, OUTSIDE_64_BIT_MODE, s->tr_selector, dst, length);
}

uint32_t x86_virtual_STR_r16_protected(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return store_selector_16(s, OUTSIDE_64_BIT_MODE, s->tr_selector, dst, length);
}

uint32_t x86_virtual_STR_r32_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return store_selector_32(s, OUTSIDE_64_BIT_MODE, s->tr_selector, dst, length);
}

uint32_t x86_virtual_STR_m16_long(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return store_selector_16(s, IN_64_BIT_MODE, s->tr_selector, dst, length);
}

uint32_t x86_virtual_STR_r16_long(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return store_selector_16(s, IN_64_BIT_MODE, s->tr_selector, dst, length);
}

uint32_t x86_virtual_STR_r32_long(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return store_selector_32(s, IN_64_BIT_MODE, s->tr_selector, dst, length);
}

uint32_t x86_virtual_STR_r64_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return store_selector_64(s, IN_64_BIT_MODE, s->tr_selector, dst, length);
}
