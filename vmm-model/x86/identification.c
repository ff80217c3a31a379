/* Handlers of RDTSC, RDPMC and CPUID. */
#define x86_virtual_of_SOME
#define x86_virtual_of_RDTSC
#define x86_virtual_of_RDPMC
#define x86_virtual_of_CPUID
#include "x86/support.h"

#define MISC_ENABLE 0x1A0u
#define APIC_BASE 0x1Bu
#define SYSCALL_LEAF 0x80000001u

/* ---- clocks ----------------------------------------------------------------------------------------------------------------------------------- */

static inline void load_pair(struct x86_virtual *s, uint32_t mode, uint64_t value) {
    s->rax = with_lower_half(s->rax, mode, (uint32_t)value);
    s->rdx = with_lower_half(s->rdx, mode, (uint32_t)(value / 0x100000000));
}

static inline uint32_t read_clock(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    if (s->cr4_tsd == 1 && s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    load_pair(s, mode, s->tsc);
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_RDTSC_protected(struct x86_virtual *s, uint8_t length) {
    return read_clock(s, OUTSIDE_64_BIT_MODE, length);
}

uint32_t x86_virtual_RDTSC_long(struct x86_virtual *s, uint8_t length) {
    return read_clock(s, IN_64_BIT_MODE, length);
}

static inline uint32_t read_counter(struct x86_virtual *s, uint32_t mode, const struct x86_virtual_array *pmc,
                                    const struct x86_virtual_array *pmc_implemented, uint8_t length) {
    if (s->cr4_pce == 0 && s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    if (x86_virtual_read(pmc_implemented, (uint32_t)s->rcx) == 0) {
        return X86_GENERAL_PROTECTION;
    }
    load_pair(s, mode, x86_virtual_read(pmc, (uint32_t)s->rcx));
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_RDPMC_protected(struct x86_virtual *s, const struct x86_virtual_array *pmc, const struct x86_virtual_array *pmc_implemented,
                                     uint8_t length) {
    return read_counter(s, OUTSIDE_64_BIT_MODE, pmc, pmc_implemented, length);
}

uint32_t x86_virtual_RDPMC_long(struct x86_virtual *s, const struct x86_virtual_array *pmc, const struct x86_virtual_array *pmc_implemented,
                                uint8_t length) {
    return read_counter(s, IN_64_BIT_MODE, pmc, pmc_implemented, length);
}

/* ---- CPUID: what the tables of the virtual machine say, but for the bits that follow the state ---------------------------------------------------- */

/* EDX and ECX of the table are the halves of `high`, EBX and EAX those of `low`. What a register holds afterwards is a function of its own with what the
 * tables say of that register as its contract: all of them in one make goals that Qed needs seconds for. */

/* Leaf 1: MONITOR (bit 3) and OSXSAVE (27); leaf 7: OSPKE (4). */
static inline uint32_t ecx_of(uint32_t leaf, uint32_t subleaf, uint8_t cr4_osxsave, uint8_t cr4_pke, uint64_t misc_enable, uint64_t high) {
    if (leaf == 1) {
        return (uint32_t)(PLACED(high / 0x10000000 % 16, 28) + PLACED(cr4_osxsave, 27) + PLACED(high / 16 % 0x800000, 4) +
                          PLACED(bit(high, 3) == 1 && bit(misc_enable, 18) == 1 ? 1 : 0, 3) + PLACED(high % 8, 0));
    }
    if (leaf == 7 && subleaf == 0) {
        return (uint32_t)(PLACED(high / 32 % 0x8000000, 5) + PLACED(cr4_pke, 4) + PLACED(high % 16, 0));
    }
    return (uint32_t)high;
}

/*@ requires osxsave: cr4_osxsave < 2;
  @ requires pke: cr4_pke < 2;
  @ assigns \nothing;
  @ ensures protected: mode == OUTSIDE_64_BIT_MODE ==> \result == x86_virtual_CPUID_protected_next_rcx(rax, rcx, cr4_osxsave, cr4_pke, misc_enable, high);
  @ ensures long: mode == IN_64_BIT_MODE ==> \result == x86_virtual_CPUID_long_next_rcx(rax, rcx, cr4_osxsave, cr4_pke, misc_enable, high);
  @*/
static uint64_t next_rcx(uint32_t mode, uint64_t rax, uint64_t rcx, uint8_t cr4_osxsave, uint8_t cr4_pke, uint64_t misc_enable, uint64_t high) {
    return with_lower_half(rcx, mode, ecx_of((uint32_t)rax, (uint32_t)rcx, cr4_osxsave, cr4_pke, misc_enable, high));
}

/* Leaf 1: APIC (bit 9); leaf 80000001: SYSCALL (11), which exists in 64-bit mode only. */
static inline uint32_t edx_of(uint32_t mode, uint32_t leaf, uint64_t high, uint64_t apic_base) {
    if (leaf == 1) {
        return (uint32_t)(PLACED(high / 0x40000000000, 10) + PLACED(bit(high, 41) == 1 && bit(apic_base, 11) == 1 ? 1 : 0, 9) +
                          PLACED(high / 0x100000000 % 0x200, 0));
    }
    if (leaf == SYSCALL_LEAF) {
        return (uint32_t)(PLACED(high / 0x100000000000, 12) + PLACED(mode == IN_64_BIT_MODE ? bit(high, 43) : 0, 11) +
                          PLACED(high / 0x100000000 % 0x800, 0));
    }
    return (uint32_t)(high / 0x100000000);
}

/*@ assigns \nothing;
  @ ensures protected: mode == OUTSIDE_64_BIT_MODE ==> \result == x86_virtual_CPUID_protected_next_rdx(rax, rdx, apic_base, high);
  @ ensures long: mode == IN_64_BIT_MODE ==> \result == x86_virtual_CPUID_long_next_rdx(rax, apic_base, high);
  @*/
static uint64_t next_rdx(uint32_t mode, uint64_t rax, uint64_t rdx, uint64_t apic_base, uint64_t high) {
    return with_lower_half(rdx, mode, edx_of(mode, (uint32_t)rax, high, apic_base));
}

/* Leaf 13: sizes of the XSAVE areas; leaf 19: AESKLE (bit 0), which the virtual processor has not. */
static inline uint32_t ebx_of(uint32_t leaf, uint32_t subleaf, uint64_t xcr0, uint64_t xss, uint64_t low) {
    if (leaf == 13 && subleaf == 0) {
        return x86_virtual_opaque_bytes_of_the_enabled_state_components_32_64(xcr0);
    }
    if (leaf == 13 && subleaf == 1) {
        return x86_virtual_opaque_bytes_of_the_enabled_state_components_compacted_32_64_64(xcr0, xss);
    }
    if (leaf == 0x19) {
        return (uint32_t)PLACED(low / 0x200000000, 1);
    }
    return (uint32_t)(low / 0x100000000);
}

/*@ assigns \nothing;
  @ ensures protected: mode == OUTSIDE_64_BIT_MODE ==> \result == x86_virtual_CPUID_protected_next_rbx(rax, rcx, rbx, xcr0, xss, low);
  @ ensures long: mode == IN_64_BIT_MODE ==> \result == x86_virtual_CPUID_long_next_rbx(rax, rcx, xcr0, xss, low);
  @*/
static uint64_t next_rbx(uint32_t mode, uint64_t rax, uint64_t rcx, uint64_t rbx, uint64_t xcr0, uint64_t xss, uint64_t low) {
    return with_lower_half(rbx, mode, ebx_of((uint32_t)rax, (uint32_t)rcx, xcr0, xss, low));
}

static inline uint32_t identify(struct x86_virtual *s, uint32_t mode, const struct x86_virtual_array *msr, const struct x86_virtual_array *cpuid_low,
                                const struct x86_virtual_array *cpuid_high, uint8_t length) {
    if (s->cpuid_faulting == 1 && s->cpl != 0) {
        return X86_GENERAL_PROTECTION;
    }
    uint64_t place = (uint64_t)(uint32_t)s->rax * 0x100000000 + (uint32_t)s->rcx;
    uint64_t low = x86_virtual_read(cpuid_low, place);
    uint64_t high = x86_virtual_read(cpuid_high, place);
    uint64_t rbx = next_rbx(mode, s->rax, s->rcx, s->rbx, s->xcr0, s->xss, low);
    uint64_t rcx = next_rcx(mode, s->rax, s->rcx, s->cr4_osxsave, s->cr4_pke, x86_virtual_read(msr, MISC_ENABLE), high);
    uint64_t rdx = next_rdx(mode, s->rax, s->rdx, x86_virtual_read(msr, APIC_BASE), high);
    s->rax = with_lower_half(s->rax, mode, (uint32_t)low);
    s->rbx = rbx;
    s->rcx = rcx;
    s->rdx = rdx;
    advance(s, mode, length);
    return X86_DONE;
}

uint32_t x86_virtual_CPUID_protected(struct x86_virtual *s, const struct x86_virtual_array *msr, const struct x86_virtual_array *cpuid_low,
                                     const struct x86_virtual_array *cpuid_high, uint8_t length) {
    return identify(s, OUTSIDE_64_BIT_MODE, msr, cpuid_low, cpuid_high, length);
}

uint32_t x86_virtual_CPUID_long(struct x86_virtual *s, const struct x86_virtual_array *msr, const struct x86_virtual_array *cpuid_low,
                                const struct x86_virtual_array *cpuid_high, uint8_t length) {
    return identify(s, IN_64_BIT_MODE, msr, cpuid_low, cpuid_high, length);
}
