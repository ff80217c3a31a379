/* Handlers of MOV to CR0, CR2, CR3 and CR8 (CR4: feature_control.c): the checks of SDM vol. 2B, MOV - Move to/from Control Registers, and vol. 3A, 2.5. */
#define x86_virtual_of_SOME
#define x86_virtual_of_MOV_TO_CR
#include "x86/paging.h"

/* ---- CR0 -------------------------------------------------------------------------------------------------------------------------------------- */

static inline void store_cr0(struct x86_virtual *s, uint64_t src) {
    s->cr0_mp = bit(src, 1);
    s->cr0_em = bit(src, 2);
    s->cr0_ts = bit(src, 3);
    s->cr0_et = 1;
    s->cr0_ne = bit(src, 5);
    s->cr0_wp = bit(src, 16);
    s->cr0_am = bit(src, 18);
    s->cr0_nw = bit(src, 29);
    s->cr0_cd = bit(src, 30);
    s->cr0_pg = bit(src, 31);
    s->translation_cache = flushed(s->translation_cache, src);
}

/* Paging without protection, and write-through without cache-disable. */
static inline uint8_t is_bad_cr0(uint64_t src) {
    return bit(src, 31) > bit(src, 0) || bit(src, 29) > bit(src, 30) ? 1 : 0;
}

/* Turning paging on with EFER.LME begins IA-32e mode. How many of some conditions hold is asked by sums: each `&&` would be a branch, and WP slows down
 * with those. */
static inline uint8_t begins_long_mode(uint8_t cr0_pg, uint8_t efer_lme, uint32_t src) {
    return bit(src, 31) + (cr0_pg == 0) + efer_lme == 3;
}

/* Turning PAE paging on, or changing how it caches, loads the four directory pointers. */
static inline uint8_t cr0_loads(uint8_t cr0_nw, uint8_t cr0_cd, uint8_t cr0_pg, uint8_t cr4_pae, uint8_t efer_lme, uint32_t src) {
    if (bit(src, 31) == 0 || cr4_pae == 0 || efer_lme == 1) {
        return 0;
    }
    return cr0_pg == 0 || (bit(src, 30) == 1) != cr0_cd || (bit(src, 29) == 1) != cr0_nw ? 1 : 0;
}

/* IA-32e mode wants CR4.PAE, a code segment that is not one of 64-bit mode, and a 32-bit TSS. */
/*@ requires ranges: cpl < 4 && cs_l < 2 && tr_wide < 2 && cr0_nw < 2 && cr0_cd < 2 && cr0_pg < 2 && cr4_pae < 2 && efer_lme < 2;
  @ assigns \nothing;
  @ CHECKED(MOV_CR0_r32_protected, cpl, cs_l, tr_wide, cr0_nw, cr0_cd, cr0_pg, cr4_pae, efer_lme, src, low, high)
  @*/
static uint32_t cr0_fault(uint8_t cpl, uint8_t cs_l, uint8_t tr_wide, uint8_t cr0_nw, uint8_t cr0_cd, uint8_t cr0_pg, uint8_t cr4_pae, uint8_t efer_lme,
                          uint32_t src, uint64_t low, uint64_t high) {
    if (cpl != 0 || is_bad_cr0(src) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    if (begins_long_mode(cr0_pg, efer_lme, src) == 1 && (cr4_pae == 0 || cs_l == 1 || tr_wide == 0)) {
        return X86_GENERAL_PROTECTION;
    }
    return cr0_loads(cr0_nw, cr0_cd, cr0_pg, cr4_pae, efer_lme, src) == 1 && has_reserved_bit(low, high) == 1 ? X86_GENERAL_PROTECTION : X86_DONE;
}

/*@ requires ranges: cr0_nw < 2 && cr0_cd < 2 && cr0_pg < 2 && cr4_pae < 2 && efer_lme < 2;
  @ assigns \nothing;
  @ ensures low: \result == x86_virtual_MOV_CR0_r32_protected_next_pdpte_low(cr0_nw, cr0_cd, cr0_pg, old, cr4_pae, efer_lme, src, loaded);
  @ ensures high: \result == x86_virtual_MOV_CR0_r32_protected_next_pdpte_high(cr0_nw, cr0_cd, cr0_pg, old, cr4_pae, efer_lme, src, loaded);
  @*/
static uint64_t pointers_of_cr0(uint8_t cr0_nw, uint8_t cr0_cd, uint8_t cr0_pg, uint8_t cr4_pae, uint8_t efer_lme, uint32_t src, uint64_t old,
                                uint64_t loaded) {
    return cr0_loads(cr0_nw, cr0_cd, cr0_pg, cr4_pae, efer_lme, src) == 1 ? loaded : old;
}

/* Leaving protected mode, at CPL 0: the visible selectors stay. */
/*@ requires range: level < 4;
  @ assigns \nothing;
  @ ensures cs: \result == x86_virtual_MOV_CR0_r32_protected_next_cs_low(level, src);
  @ ensures ss: \result == x86_virtual_MOV_CR0_r32_protected_next_ss_low(level, src);
  @*/
static uint8_t level_of_cr0(uint8_t level, uint32_t src) {
    return bit(src, 0) == 1 ? level : 0;
}

uint32_t x86_virtual_MOV_CR0_r32_protected(struct x86_virtual *s, const struct x86_virtual_array *page_directory_pointers_low,
                                           const struct x86_virtual_array *page_directory_pointers_high, uint32_t src, uint8_t length) {
    uint64_t place = s->cr3 / 32 % DIRECTORY_POINTER_TABLES;
    uint64_t low = x86_virtual_read(page_directory_pointers_low, place);
    uint64_t high = x86_virtual_read(page_directory_pointers_high, place);
    uint32_t fault = cr0_fault(s->cpl, s->cs_l, s->tr_wide, s->cr0_nw, s->cr0_cd, s->cr0_pg, s->cr4_pae, s->efer_lme, src, low, high);
    if (fault != X86_DONE) {
        return fault;
    }
    uint64_t pdpte_low = pointers_of_cr0(s->cr0_nw, s->cr0_cd, s->cr0_pg, s->cr4_pae, s->efer_lme, src, s->pdpte_low, low);
    uint64_t pdpte_high = pointers_of_cr0(s->cr0_nw, s->cr0_cd, s->cr0_pg, s->cr4_pae, s->efer_lme, src, s->pdpte_high, high);
    s->cs_low = level_of_cr0(s->cs_low, src);
    s->ss_low = level_of_cr0(s->ss_low, src);
    s->pdpte_low = pdpte_low;
    s->pdpte_high = pdpte_high;
    s->pe = bit(src, 0);
    s->lma = begins_long_mode(s->cr0_pg, s->efer_lme, src);
    store_cr0(s, src);
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

/* Paging cannot be turned off in 64-bit mode. */
uint32_t x86_virtual_MOV_CR0_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    if (s->cpl != 0 || src > 0xFFFFFFFF || is_bad_cr0(src) == 1 || bit(src, 31) == 0) {
        return X86_GENERAL_PROTECTION;
    }
    store_cr0(s, src);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

/* ---- CR2, CR3, CR8 ---------------------------------------------------------------------------------------------------------------------------- */

uint32_t x86_virtual_MOV_CR2_r32_protected(struct x86_virtual *s, uint32_t src, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->cr2 = src;
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_MOV_CR2_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    s->cr2 = src;
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_MOV_CR3_r32_protected(struct x86_virtual *s, const struct x86_virtual_array *page_directory_pointers_low,
                                           const struct x86_virtual_array *page_directory_pointers_high, uint32_t src, uint8_t length) {
    uint64_t low = x86_virtual_read(page_directory_pointers_low, src / 32);
    uint64_t high = x86_virtual_read(page_directory_pointers_high, src / 32);
    int loads = s->cr0_pg + s->cr4_pae == 2;
    if (s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    if (loads == 1 && has_reserved_bit(low, high) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    s->pdpte_low = loads == 1 ? low : s->pdpte_low;
    s->pdpte_high = loads == 1 ? high : s->pdpte_high;
    s->cr3 = src;
    s->translation_cache = flushed(s->translation_cache, src);
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

/* With CR4.PCIDE bit 63 asks that translations be kept, and is not stored. */
uint32_t x86_virtual_MOV_CR3_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    uint64_t kept = s->cr4_pcide == 1 ? src % 0x8000000000000000 : src;
    if (s->cpl != 0 || (s->cr4_pcide == 0 && bit(src, 63) == 1) || x86_virtual_opaque_a_reserved_bit_of_CR3_is_set_1_64(kept) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    s->cr3 = kept;
    s->translation_cache = flushed(s->translation_cache, src);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}

uint32_t x86_virtual_MOV_CR8_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    if (s->cpl != 0 || src > 15) {
        return X86_GENERAL_PROTECTION;
    }
    s->cr8 = (uint8_t)(src % 16);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}
