/* Handlers of MOV to CR4: the checks of SDM vol. 2B, MOV - Move to/from Control Registers, and vol. 3A, 2.5. */
#define x86_virtual_of_SOME
#define x86_virtual_of_MOV_TO_CR
#include "x86/paging.h"

#define CR4_SUPPORTED 0x770FFFu           /* VME to UMIP, FSGSBASE, PCIDE, OSXSAVE, SMEP, SMAP, PKE */
#define CR4_UNDEFINED 0xFFFFFFFEE4008000 /* the bits without a name */

static inline void store_cr4(struct x86_virtual *s, uint64_t src, uint8_t fred) {
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
    s->cr4_fred = fred;
    s->translation_cache = flushed(s->translation_cache, src);
}

/* What the virtual processor has not, what no processor has, and control-flow enforcement without write protection. */
static inline uint8_t is_bad_cr4(uint8_t cr0_wp, uint64_t src, uint64_t undefined_bits) {
    return (src & ~(uint64_t)CR4_SUPPORTED) != 0 || (src & undefined_bits) != 0 || (bit(src, 23) == 1 && cr0_wp == 0) ? 1 : 0;
}

static inline uint8_t cr4_loads(uint8_t cr0_pg, uint8_t cr4_pse, uint8_t cr4_pae, uint8_t cr4_pge, uint8_t cr4_smep, uint32_t src) {
    int changes = (bit(src, 5) != cr4_pae) + (bit(src, 7) != cr4_pge) + (bit(src, 4) != cr4_pse) + (bit(src, 20) != cr4_smep);
    return cr0_pg + (changes > 0) + bit(src, 5) == 3;
}

/*@ requires ranges: cpl < 4 && cr0_wp < 2 && cr0_pg < 2 && cr4_pse < 2 && cr4_pae < 2 && cr4_pge < 2 && cr4_smep < 2;
  @ assigns \nothing;
  @ CHECKED(MOV_CR4_r32_protected, cpl, cr0_wp, cr0_pg, cr4_pse, cr4_pae, cr4_pge, cr4_smep, src, low, high)
  @*/
static uint32_t cr4_fault(uint8_t cpl, uint8_t cr0_wp, uint8_t cr0_pg, uint8_t cr4_pse, uint8_t cr4_pae, uint8_t cr4_pge, uint8_t cr4_smep, uint32_t src,
                          uint64_t low, uint64_t high) {
    if (cpl != 0 || is_bad_cr4(cr0_wp, src, (uint32_t)CR4_UNDEFINED) == 1 || bit(src, 17) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    return cr4_loads(cr0_pg, cr4_pse, cr4_pae, cr4_pge, cr4_smep, src) == 1 && has_reserved_bit(low, high) == 1 ? X86_GENERAL_PROTECTION : X86_DONE;
}

/*@ requires ranges: cr0_pg < 2 && cr4_pse < 2 && cr4_pae < 2 && cr4_pge < 2 && cr4_smep < 2;
  @ assigns \nothing;
  @ ensures low: \result == x86_virtual_MOV_CR4_r32_protected_next_pdpte_low(cr0_pg, old, cr4_pse, cr4_pae, cr4_pge, cr4_smep, src, loaded);
  @ ensures high: \result == x86_virtual_MOV_CR4_r32_protected_next_pdpte_high(cr0_pg, old, cr4_pse, cr4_pae, cr4_pge, cr4_smep, src, loaded);
  @*/
static uint64_t pointers_of_cr4(uint8_t cr0_pg, uint8_t cr4_pse, uint8_t cr4_pae, uint8_t cr4_pge, uint8_t cr4_smep, uint32_t src, uint64_t old,
                                uint64_t loaded) {
    return cr4_loads(cr0_pg, cr4_pse, cr4_pae, cr4_pge, cr4_smep, src) == 1 ? loaded : old;
}

uint32_t x86_virtual_MOV_CR4_r32_protected(struct x86_virtual *s, const struct x86_virtual_array *page_directory_pointers_low,
                                           const struct x86_virtual_array *page_directory_pointers_high, uint32_t src, uint8_t length) {
    uint64_t place = s->cr3 / 32 % DIRECTORY_POINTER_TABLES;
    uint64_t low = x86_virtual_read(page_directory_pointers_low, place);
    uint64_t high = x86_virtual_read(page_directory_pointers_high, place);
    uint32_t fault = cr4_fault(s->cpl, s->cr0_wp, s->cr0_pg, s->cr4_pse, s->cr4_pae, s->cr4_pge, s->cr4_smep, src, low, high);
    if (fault != X86_DONE) {
        return fault;
    }
    uint64_t pdpte_low = pointers_of_cr4(s->cr0_pg, s->cr4_pse, s->cr4_pae, s->cr4_pge, s->cr4_smep, src, s->pdpte_low, low);
    uint64_t pdpte_high = pointers_of_cr4(s->cr0_pg, s->cr4_pse, s->cr4_pae, s->cr4_pge, s->cr4_smep, src, s->pdpte_high, high);
    s->pdpte_low = pdpte_low;
    s->pdpte_high = pdpte_high;
    store_cr4(s, src, 0);
    advance(s, OUTSIDE_64_BIT_MODE, length);
    return X86_DONE;
}

/* In IA-32e mode PAE must stay, LA57 must not change, and process-context identifiers begin with the one that is 0. */
/*@ requires ranges: cpl < 4 && cr0_wp < 2 && cr4_pcide < 2;
  @ assigns \nothing;
  @ CHECKED(MOV_CR4_r64_long, cpl, cr0_wp, cr3, cr4_pcide, src)
  @*/
static uint32_t cr4_fault_64(uint8_t cpl, uint8_t cr0_wp, uint64_t cr3, uint8_t cr4_pcide, uint64_t src) {
    if (cpl != 0 || is_bad_cr4(cr0_wp, src, CR4_UNDEFINED) == 1 || bit(src, 5) == 0 || bit(src, 12) == 1) {
        return X86_GENERAL_PROTECTION;
    }
    return bit(src, 17) == 1 && cr4_pcide == 0 && cr3 % 0x1000 != 0 ? X86_GENERAL_PROTECTION : X86_DONE;
}

uint32_t x86_virtual_MOV_CR4_r64_long(struct x86_virtual *s, uint64_t src, uint8_t length) {
    uint32_t fault = cr4_fault_64(s->cpl, s->cr0_wp, s->cr3, s->cr4_pcide, src);
    if (fault != X86_DONE) {
        return fault;
    }
    store_cr4(s, src, bit(src, 32));
    advance(s, IN_64_BIT_MODE, length);
    return X86_DONE;
}
