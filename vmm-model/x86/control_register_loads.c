/* Handlers of MOV to control registers: the checks of SDM vol. 2B, MOV - Move to/from Control Registers, and vol. 3A, 2.5. */
#define x86_virtual_of_MOV_TO_CR
#include "x86/support.h"

#define CR4_SUPPORTED 0x770FFFu           /* VME to UMIP, FSGSBASE, PCIDE, OSXSAVE, SMEP, SMAP, PKE */
#define CR4_UNDEFINED 0xFFFFFFFEE4008000 /* the bits without a name */
#define DIRECTORY_POINTER_TABLES 0x8000000u /* of 32 bytes, that bits 31:5 of CR3 number */

#define flushed x86_virtual_opaque_translations_left_after_32_32_64
#define has_reserved_bit x86_virtual_opaque_a_PDPTE_has_a_reserved_bit_set_1_128

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

/* How many of some conditions hold is asked by sums: each `&&` would be a branch, and WP slows down with those.
 * Turning paging on with EFER.LME begins IA-32e mode, which wants CR4.PAE, a code segment that is not one of 64-bit mode, and a 32-bit TSS. Turning PAE
 * paging on loads the four directory pointers. */
uint32_t x86_virtual_MOV_CR0_r32_protected(struct x86_virtual *s, const struct x86_virtual_array *page_directory_pointers_low,
                                           const struct x86_virtual_array *page_directory_pointers_high, uint32_t src, uint8_t length) {
    int begins_long = bit(src, 31) + (s->cr0_pg == 0) + s->efer_lme == 3;
    int changes = (bit(src, 31) != s->cr0_pg) + (bit(src, 30) != s->cr0_cd) + (bit(src, 29) != s->cr0_nw);
    int loads = bit(src, 31) + (changes > 0) + s->cr4_pae + (s->efer_lme == 0) == 4;
    uint64_t place = s->cr3 / 32 % DIRECTORY_POINTER_TABLES;
    uint64_t low = x86_virtual_read(page_directory_pointers_low, place);
    uint64_t high = x86_virtual_read(page_directory_pointers_high, place);
    if (s->cpl != 0 || is_bad_cr0(src) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    if (begins_long == 1 && (s->cr4_pae == 0 || s->cs_l == 1 || s->tr_wide == 0)) {
        return X86_GENERAL_PROTECTION;
    }
    if (loads == 1 && has_reserved_bit(low, high) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    s->pdpte_low = loads == 1 ? low : s->pdpte_low;
    s->pdpte_high = loads == 1 ? high : s->pdpte_high;
    s->cs_low = bit(src, 0) == 1 ? s->cs_low : 0; /* leaving protected mode, at CPL 0: the visible selectors stay */
    s->ss_low = bit(src, 0) == 1 ? s->ss_low : 0;
    s->pe = bit(src, 0);
    s->lma = (uint8_t)begins_long;
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
    if (s->cpl != 0 || bit(kept, 63) == 1 || x86_virtual_opaque_a_reserved_bit_of_CR3_is_set_1_64(kept) == 1) {
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

/* ---- CR4 -------------------------------------------------------------------------------------------------------------------------------------- */

static inline void store_cr4(struct x86_virtual *s, uint64_t src) {
    s->cr4_vme = bit(src, 0);
    s->cr4_pvi = bit(src, 1);
    s->cr4_tsd = bit(src, 2);
    s->cr4_de = bit(src, 3);
    s->cr4_pse = bit(src, 4);
    s->cr4_pae = bit(src, 5);
    s->cr4_mce = bit(src, 6);
    s->cr4_pge = bit(src, 7);
    s->cr4_pce = bit(src, 8);
    s->cr4_osfxsr = bit(src, 9);
    s->cr4_osxmmexcpt = bit(src, 10);
    s->cr4_umip = bit(src, 11);
    s->cr4_la57 = bit(src, 12);
    s->cr4_vmxe = bit(src, 13);
    s->cr4_smxe = bit(src, 14);
    s->cr4_fsgsbase = bit(src, 16);
    s->cr4_pcide = bit(src, 17);
    s->cr4_osxsave = bit(src, 18);
    s->cr4_kl = bit(src, 19);
    s->cr4_smep = bit(src, 20);
    s->cr4_smap = bit(src, 21);
    s->cr4_pke = bit(src, 22);
    s->cr4_cet = bit(src, 23);
    s->cr4_pks = bit(src, 24);
    s->cr4_uintr = bit(src, 25);
    s->cr4_lass = bit(src, 27);
    s->cr4_lam_sup = bit(src, 28);
    s->cr4_fred = bit(src, 32);
    s->translation_cache = flushed(s->translation_cache, src);
}

/* What the virtual processor has not, what no processor has, and control-flow enforcement without write protection. */
static inline uint8_t is_bad_cr4(const struct x86_virtual *s, uint64_t src, uint64_t undefined_bits) {
    return (src & ~(uint64_t)CR4_SUPPORTED) != 0 || (src & undefined_bits) != 0 || (bit(src, 23) == 1 && s->cr0_wp == 0) ? 1 : 0;
}

uint32_t x86_virtual_MOV_CR4_r32_protected(struct x86_virtual *s, const struct x86_virtual_array *page_directory_pointers_low,
                                           const struct x86_virtual_array *page_directory_pointers_high, uint32_t src, uint8_t length) {
    int changes = (bit(src, 5) != s->cr4_pae) + (bit(src, 7) != s->cr4_pge) + (bit(src, 4) != s->cr4_pse) + (bit(src, 20) != s->cr4_smep);
    int loads = s->cr0_pg + (changes > 0) + bit(src, 5) == 3;
    uint64_t place = s->cr3 / 32 % DIRECTORY_POINTER_TABLES;
    uint64_t low = x86_virtual_read(page_directory_pointers_low, place);
    uint64_t high = x86_virtual_read(page_directory_pointers_high, place);
    if (s->cpl != 0 || is_bad_cr4(s, src, (uint32_t)CR4_UNDEFINED) == 1 || bit(src, 17) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    if (loads == 1 && has_reserved_bit(low, high) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    s->pdpte_low = loads == 1 ? low : s->pdpte_low;
    s->pdpte_high = loads == 1 ? high : s->pdpte_high;
    store_cr4(s, src);
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

/* In IA-32e mode PAE must stay, LA57 must not change, and process-context identifiers begin with the one that is 0. */
uint32_t x86_virtual_MOV_CR4_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    if (s->cpl != 0 || is_bad_cr4(s, src, CR4_UNDEFINED) == 1 || bit(src, 5) == 0 || bit(src, 12) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    if (bit(src, 17) == 1 && s->cr4_pcide == 0 && s->cr3 % 0x1000 != 0) {
        return X86_GENERAL_PROTECTION;
    }
    store_cr4(s, src);
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}
