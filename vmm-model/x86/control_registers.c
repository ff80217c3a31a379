/* Handlers of CLTS, LMSW, SMSW and MOV to and from control registers. */
#define x86_virtual_of_SOME
#define x86_virtual_of_CLTS
#define x86_virtual_of_LMSW
#define x86_virtual_of_SMSW
#define x86_virtual_of_MOV_FROM_CR
#include "x86/support.h"

/* ---- CR0 as it is read ------------------------------------------------------------------------------------------------------------------------ */

static inline int64_t low_half_of_cr0(const struct x86_virtual *s) {
    return PLACED(s->cr0_ne, 5) + PLACED(s->cr0_et, 4) + PLACED(s->cr0_ts, 3) + PLACED(s->cr0_em, 2) + PLACED(s->cr0_mp, 1) + 1;
}

static inline uint32_t cr0_of(const struct x86_virtual *s) {
    return (uint32_t)(PLACED(s->cr0_pg, 31) + PLACED(s->cr0_cd, 30) + PLACED(s->cr0_nw, 29) + PLACED(s->cr0_am, 18) + PLACED(s->cr0_wp, 16) +
                      low_half_of_cr0(s));
}

static inline uint32_t cr4_of(const struct x86_virtual *s) {
    return (uint32_t)(PLACED(s->cr4_pke, 22) + PLACED(s->cr4_smap, 21) + PLACED(s->cr4_smep, 20) + PLACED(s->cr4_osxsave, 18) +
                      PLACED(s->cr4_pcide, 17) + PLACED(s->cr4_fsgsbase, 16) + PLACED(s->cr4_umip, 11) + PLACED(s->cr4_osxmmexcpt, 10) +
                      PLACED(s->cr4_osfxsr, 9) + PLACED(s->cr4_pce, 8) + PLACED(s->cr4_pge, 7) + PLACED(s->cr4_mce, 6) + PLACED(s->cr4_pae, 5) +
                      PLACED(s->cr4_pse, 4) + PLACED(s->cr4_de, 3) + PLACED(s->cr4_tsd, 2) + PLACED(s->cr4_pvi, 1) + s->cr4_vme);
}

/* ---- CLTS, LMSW, SMSW ------------------------------------------------------------------------------------------------------------------------- */

static inline uint32_t clear_task_switched(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->cr0_ts = 0;
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_CLTS_protected(struct x86_virtual *s, uint8_t length) {
    return clear_task_switched(s, OUTSIDE_64_BIT_MODE, length);
}

uint32_t x86_virtual_CLTS_long(struct x86_virtual *s, uint8_t length) {
    return clear_task_switched(s, IN_64_BIT_MODE, length);
}

/* PE cannot be cleared, and is set wherever there are descriptors. */
static inline uint32_t load_status_word(struct x86_virtual *s, uint32_t mode, uint16_t src, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->cr0_mp = bit(src, 1);
    s->cr0_em = bit(src, 2);
    s->cr0_ts = bit(src, 3);
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_LMSW_r_m16_protected(struct x86_virtual *s, uint16_t src, uint8_t length) {
    return load_status_word(s, OUTSIDE_64_BIT_MODE, src, length);
}

uint32_t x86_virtual_LMSW_r_m16_long(struct x86_virtual *s, uint16_t src, uint8_t length) {
    return load_status_word(s, IN_64_BIT_MODE, src, length);
}

static inline uint8_t store_is_privileged(const struct x86_virtual *s) {
    return s->cr4_umip == 1 && s->cpl != 0 ? 1 : 0;
}

uint32_t x86_virtual_SMSW_m16_protected(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = (uint16_t)low_half_of_cr0(s);
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_SMSW_m16_long(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = (uint16_t)low_half_of_cr0(s);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_SMSW_r16_protected(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return x86_virtual_SMSW_m16_protected(s, dst, length);
}

uint32_t x86_virtual_SMSW_r16_long(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    return x86_virtual_SMSW_m16_long(s, dst, length);
}

/* The manual leaves the upper half undefined. */
uint32_t x86_virtual_SMSW_r32_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length, uint16_t undefined_1_0_16) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = (uint32_t)(PLACED(undefined_1_0_16, 16) + low_half_of_cr0(s));
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_SMSW_r32_long(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = cr0_of(s);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_SMSW_r64_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    if (store_is_privileged(s) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = cr0_of(s);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

/* ---- MOV from control registers --------------------------------------------------------------------------------------------------------------- */

static inline uint32_t read_32(struct x86_virtual *s, uint32_t value, uint32_t *dst, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = value;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

static inline uint32_t read_64(struct x86_virtual *s, uint64_t value, uint64_t *dst, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    *dst = value;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_MOV_r32_CR0_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, cr0_of(s), dst, length);
}

uint32_t x86_virtual_MOV_r32_CR2_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, (uint32_t)s->cr2, dst, length);
}

uint32_t x86_virtual_MOV_r32_CR3_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, (uint32_t)s->cr3, dst, length);
}

uint32_t x86_virtual_MOV_r32_CR4_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    return read_32(s, cr4_of(s), dst, length);
}

uint32_t x86_virtual_MOV_r64_CR0_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, cr0_of(s), dst, length);
}

uint32_t x86_virtual_MOV_r64_CR2_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->cr2, dst, length);
}

uint32_t x86_virtual_MOV_r64_CR3_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->cr3, dst, length);
}

uint32_t x86_virtual_MOV_r64_CR4_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, cr4_of(s), dst, length);
}

uint32_t x86_virtual_MOV_r64_CR8_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    return read_64(s, s->cr8, dst, length);
}
