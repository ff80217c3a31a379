/* Handlers of CLI, STI, PUSHF and POPF. */
#define x86_virtual_of_SOME
#define x86_virtual_of_CLI
#define x86_virtual_of_STI
#define x86_virtual_of_PUSHF
#define x86_virtual_of_POPF
#include "x86/support.h"

/* At CPL 3 with CR4.PVI, CLI and STI change VIF instead of IF. SDM vol. 3B, 23.4. */
static inline uint8_t has_virtual_interrupts(const struct x86_virtual *s) {
    return s->cpl == 3 && s->cr4_pvi == 1 ? 1 : 0;
}

static inline uint32_t clear_interrupts(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    if (s->cpl <= s->iopl) {
        s->interrupt_flag = 0;
    } else if (has_virtual_interrupts(s) == 1) {
        s->vif = 0;
    } else {
        return X86_GENERAL_PROTECTION;
    }
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_CLI_protected(struct x86_virtual *s, uint8_t length) {
    return clear_interrupts(s, OUTSIDE_64_BIT_MODE, length);
}

uint32_t x86_virtual_CLI_long(struct x86_virtual *s, uint8_t length) {
    return clear_interrupts(s, IN_64_BIT_MODE, length);
}

static inline uint32_t set_interrupts(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    if (s->cpl <= s->iopl) {
        s->interrupt_flag = 1;
    } else if (has_virtual_interrupts(s) == 1 && s->vip == 0) {
        s->vif = 1;
    } else {
        return X86_GENERAL_PROTECTION;
    }
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_STI_protected(struct x86_virtual *s, uint8_t length) {
    return set_interrupts(s, OUTSIDE_64_BIT_MODE, length);
}

uint32_t x86_virtual_STI_long(struct x86_virtual *s, uint8_t length) {
    return set_interrupts(s, IN_64_BIT_MODE, length);
}

/* ---- PUSHF: VM and RF are stored as 0 --------------------------------------------------------------------------------------------------------- */

static inline int64_t low_flags(const struct x86_virtual *s) {
    return PLACED(s->status_nt, 14) + PLACED(s->iopl, 12) + PLACED(s->status_of, 11) + PLACED(s->status_df, 10) + PLACED(s->interrupt_flag, 9) +
           PLACED(s->status_tf, 8) + PLACED(s->status_sf, 7) + PLACED(s->status_zf, 6) + PLACED(s->status_af, 4) + PLACED(s->status_pf, 2) + 2 +
           s->status_cf;
}

static inline uint32_t flags_of(const struct x86_virtual *s) {
    return (uint32_t)(PLACED(s->status_id, 21) + PLACED(s->vip, 20) + PLACED(s->vif, 19) + PLACED(s->status_ac, 18) + low_flags(s));
}

/* The stack pointer after a push or a pop: in 64-bit mode all of RSP, otherwise ESP or SP, as the stack segment says; the rest of RSP stays. */
static inline uint64_t stack_after_push(const struct x86_virtual *s, uint32_t mode, uint32_t bytes) {
    if (mode == IN_64_BIT_MODE) {
        return s->rsp - bytes;
    }
    return s->ss_db == 1 ? s->rsp / 0x100000000 * 0x100000000 + (uint32_t)((uint32_t)s->rsp - bytes)
                         : s->rsp / 0x10000 * 0x10000 + (uint16_t)((uint16_t)s->rsp - bytes);
}

static inline uint64_t stack_after_pop(const struct x86_virtual *s, uint32_t mode, uint32_t bytes) {
    if (mode == IN_64_BIT_MODE) {
        return s->rsp + bytes;
    }
    return s->ss_db == 1 ? s->rsp / 0x100000000 * 0x100000000 + (uint32_t)((uint32_t)s->rsp + bytes)
                         : s->rsp / 0x10000 * 0x10000 + (uint16_t)((uint16_t)s->rsp + bytes);
}

uint32_t x86_virtual_PUSHF_protected(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    *dst = (uint16_t)low_flags(s);
    s->rsp = stack_after_push(s, OUTSIDE_64_BIT_MODE, 2);
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_PUSHFD_protected(struct x86_virtual *s, uint32_t *dst, uint8_t length) {
    *dst = flags_of(s);
    s->rsp = stack_after_push(s, OUTSIDE_64_BIT_MODE, 4);
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_PUSHF_long(struct x86_virtual *s, uint16_t *dst, uint8_t length) {
    *dst = (uint16_t)low_flags(s);
    s->rsp = stack_after_push(s, IN_64_BIT_MODE, 2);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_PUSHFQ_long(struct x86_virtual *s, uint64_t *dst, uint8_t length) {
    *dst = flags_of(s);
    s->rsp = stack_after_push(s, IN_64_BIT_MODE, 8);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

/* ---- POPF: IF changes when CPL <= IOPL, IOPL at CPL 0; otherwise they stay silently, as VIF and VIP do ------------------------------------------ */

static inline void load_low_flags(struct x86_virtual *s, uint64_t popped) {
    s->status_cf = bit(popped, 0);
    s->status_pf = bit(popped, 2);
    s->status_af = bit(popped, 4);
    s->status_zf = bit(popped, 6);
    s->status_sf = bit(popped, 7);
    s->status_tf = bit(popped, 8);
    s->status_df = bit(popped, 10);
    s->status_of = bit(popped, 11);
    s->status_nt = bit(popped, 14);
    s->interrupt_flag = s->cpl <= s->iopl ? bit(popped, 9) : s->interrupt_flag;
    s->iopl = s->cpl == 0 ? (uint8_t)(popped / 0x1000 % 4) : s->iopl;
}

static inline uint32_t pop_word(struct x86_virtual *s, uint32_t mode, uint16_t popped, uint8_t length) {
    load_low_flags(s, popped);
    s->rsp = stack_after_pop(s, mode, 2);
    advance(s, mode, length);
    return X86_DONE;
}

static inline uint32_t pop_wide(struct x86_virtual *s, uint32_t mode, uint64_t popped, uint32_t bytes, uint8_t length) {
    load_low_flags(s, popped);
    s->status_ac = bit(popped, 18);
    s->status_id = bit(popped, 21);
    s->rsp = stack_after_pop(s, mode, bytes);
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_POPF_protected(struct x86_virtual *s, uint16_t popped, uint8_t length) {
    return pop_word(s, OUTSIDE_64_BIT_MODE, popped, length);
}

uint32_t x86_virtual_POPFD_protected(struct x86_virtual *s, uint32_t popped, uint8_t length) {
    return pop_wide(s, OUTSIDE_64_BIT_MODE, popped, 4, length);
}

uint32_t x86_virtual_POPF_long(struct x86_virtual *s, uint16_t popped, uint8_t length) {
    return pop_word(s, IN_64_BIT_MODE, popped, length);
}

uint32_t x86_virtual_POPFQ_long(struct x86_virtual *s, uint64_t popped, uint8_t length) {
    return pop_wide(s, IN_64_BIT_MODE, popped, 8, length);
}
