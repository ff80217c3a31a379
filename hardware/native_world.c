/* User mode under Linux on this processor: which operating modes there are, and what is known of the registers that only the kernel sees. */
#include "native_world.h"

#include "features.h"
#include "native_child.h"

#include <asm/ldt.h>
#include <asm/prctl.h>
#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux, arch/x86: segment.h gives the selectors, gdt_page their descriptors. */
enum { LINUX_USER_CS = 0x33, LINUX_USER_DS = 0x2B, LINUX_USER32_CS = 0x23, LINUX_GDT_LIMIT = 127 };
/* Where the kernel keeps its tables does not show. These addresses stand for it; they do below 4 GiB for the world without IA-32e mode. */
#define GDT_BASE UINT64_C(0xE0001000)
#define LDT_BASE UINT64_C(0xE0002000)
#define IDT_BASE UINT64_C(0xE0004000)
#define IDT_OF_32_BITS UINT64_C(0xE0006000)
#define TSS_BASE UINT64_C(0xE0008000)

static void add(struct native_worlds *w, const char *component, uint64_t index, uint64_t value) {
    if (w->fact_count < NATIVE_FACTS) {
        w->facts[w->fact_count++] = (struct environment_fact){component, index, value};
    }
}

/* An LDT descriptor as modify_ldt makes it: present, DPL 3, accessed, byte limit, AVL set. */
static uint64_t local_descriptor(bool code, bool wide) {
    uint64_t access = 0xF0u | (code ? 0xBu : 0x3u);
    return (WINDOW_SIZE - 1) | (uint64_t)(WINDOW_BASE & 0xFFFFFFu) << 16 | access << 40 | (uint64_t)(wide ? 5 : 1) << 52 |
           (uint64_t)(WINDOW_BASE >> 24) << 56;
}

static void add_descriptors(struct native_worlds *w) {
    static const struct {
        unsigned entry;
        uint64_t descriptor;
    } global[] = {{0, 0},
                  {1, 0x00CF9B000000FFFF},
                  {2, 0x00AF9B000000FFFF},
                  {3, 0x00CF93000000FFFF},
                  {4, 0x00CFFB000000FFFF},
                  {5, 0x00CFF3000000FFFF},
                  {6, 0x00AFFB000000FFFF},
                  {7, 0},
                  {12, 0},
                  {13, 0},
                  {14, 0}};
    for (size_t i = 0; i < sizeof global / sizeof global[0]; i++) {
        add(w, "descriptor_memory", GDT_BASE + (uint64_t)8 * global[i].entry, global[i].descriptor);
    }
    for (unsigned i = 0; i < 4; i++) {
        add(w, "descriptor_memory", LDT_BASE + (uint64_t)8 * i, local_descriptor(i % 2 == 0, i < 2));
    }
    /* All vectors have interrupt gates; user mode may use those of INT3, INTO and the system call of 32-bit programs. */
    for (unsigned vector = 0; vector < 256; vector++) {
        uint64_t dpl = vector == 3 || vector == 4 || vector == 0x80 ? 3 : 0;
        add(w, "descriptor_memory", IDT_BASE + (uint64_t)16 * vector, UINT64_C(0x00008E0000101000) | dpl << 45);
        add(w, "descriptor_memory", IDT_BASE + (uint64_t)16 * vector + 8, 0xFFFFFFFF);
        add(w, "descriptor_memory", IDT_OF_32_BITS + (uint64_t)8 * vector, UINT64_C(0x00008E0000101000) | dpl << 45);
    }
    for (unsigned i = 0; i < 5; i++) { /* RSP0: canonical, whatever it is; ESP0 and SS0 outside IA-32e mode */
        add(w, "tss_memory", TSS_BASE + 4 + (uint64_t)2 * i, i == 2 ? 0x18 : 0);
    }
}

/* Modes that user programs of Linux are never in, and what else no program of ours has begun. */
static void add_modes(struct native_worlds *w) {
    static const char *const off[] = {"guest",      "v386",   "smm", "seam", "transaction_depth", "transaction_suspended",
                                      "in_enclave", "halted", "vip", "vif",  "padlock_machine"};
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        add(w, off[i], 0, 0);
    }
    add(w, "svm_machine", 0, processor_is_amd());
    add(w, "cr4_supported", 0, UINT64_MAX); /* only whether a bit can be set at all depends on it, at CPL 0 */
}

static void set_segment(struct segment_state *s, uint16_t selector, uint64_t base, uint32_t limit, uint8_t type, bool db, bool l) {
    *s = (struct segment_state){.base = base, .limit = limit, .selector = selector, .type = type, .dpl = 3, .db = db, .l = l, .usable = 1};
}

static void base_state(struct world *w, const uint64_t xcr0) {
    struct machine_state *s = &w->base;
    memset(s, 0, sizeof *s);
    s->rflags = 0x202;
    s->cpl = 3;
    s->cr0 = 0x80050033;
    s->cr4 = 0x6F0 | (xcr0 != 0 ? 1u << 18 : 0u);
    s->efer = 0xD01;
    s->xcr0 = xcr0;
    s->xfd = xcr0 & (UINT64_C(1) << 18); /* tile data needs a permission that nobody asked for */
    s->gdtr_base = GDT_BASE;
    s->gdtr_limit = LINUX_GDT_LIMIT;
    s->idtr_base = IDT_BASE;
    s->idtr_limit = 4095;
    s->ldtr = (struct segment_state){.base = LDT_BASE, .limit = 31, .selector = 0x50, .usable = 1};
    s->tr = (struct segment_state){.base = TSS_BASE, .selector = 0x40, .limit = 0x206F, .type = 11};
    s->x87_control = 0x37F;
    s->mxcsr = 0x1F80;
    s->sysenter_cs = 0x10;
    s->star = UINT64_C(0x0023001000000000);
    s->fmask = 0x257FD5;
    s->lstar = UINT64_C(0xFFFFFFFF81000000);
    if (w->mode == MATCHER_LONG) {
        set_segment(&s->segments[SEGMENT_CS], LINUX_USER_CS, 0, 0xFFFFFFFF, 11, false, true);
        set_segment(&s->segments[SEGMENT_SS], LINUX_USER_DS, 0, 0xFFFFFFFF, 3, true, false);
    } else {
        bool wide = w->mode == MATCHER_COMPATIBILITY;
        if (!wide) { /* 16-bit code of compatibility mode, which has no mode of its own in the tables, as the code of 16-bit protected mode that it is
                      */
            s->efer = 0x801;
            s->idtr_base = IDT_OF_32_BITS;
        }
        set_segment(&s->segments[SEGMENT_CS], wide ? LDT_CODE32 : LDT_CODE16, WINDOW_BASE, WINDOW_SIZE - 1, 11, wide, false);
        for (unsigned i = SEGMENT_ES; i <= SEGMENT_GS; i++) {
            if (i != SEGMENT_CS && i < SEGMENT_FS) {
                set_segment(&s->segments[i], LDT_DATA32, WINDOW_BASE, WINDOW_SIZE - 1, 3, true, false);
            }
        }
    }
}

static void masks(struct world *w) {
    struct machine_state *k = &w->known;
    memset(k, 0xFF, sizeof *k);
    k->cr2 = k->cr3 = k->cr8 = k->dr6 = 0;
    k->cr4 = UINT64_C(0x24D0FF7); /* unknown: DE, and what concerns paging, virtualization and the kernel's own shadow stacks */
    k->pkru = 0;
    k->sysenter_esp = k->sysenter_eip = k->kernel_gs_base = k->tsc_aux = 0;
    memset(k->dr, 0, sizeof k->dr);
    struct machine_state *o = &w->observed;
    memset(o, 0, sizeof *o);
    memset(o->general, 0xFF, sizeof o->general);
    o->rip = ~UINT64_C(0);
    o->rflags = UINT64_C(0x3F7FD5) & ~UINT64_C(0x10000); /* RF is of the fault that ended the run */
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        o->segments[i].selector = 0xFFFF;
    }
    if (w->mode == MATCHER_LONG) {
        o->segments[SEGMENT_FS].base = o->segments[SEGMENT_GS].base = ~UINT64_C(0);
    } else {
        memset(o->general + 8, 0, 8 * sizeof o->general[0]);
        for (unsigned i = 0; i < 8; i++) {
            o->general[i] = 0xFFFFFFFF;
        }
    }
    o->mxcsr = ~0u;
    o->x87_control = o->x87_status = 0xFFFF;
    o->x87_full = 0xFF;
    for (unsigned i = 0; i < 8; i++) {
        memset(o->x87_registers[i], 0xFF, 10);
    }
    bool has_avx = (w->base.xcr0 & 4) != 0;
    bool has_avx512 = (w->base.xcr0 & 0xE0) == 0xE0;
    memset(o->masks, has_avx512 ? 0xFF : 0, sizeof o->masks);
    for (unsigned i = 0; i < (w->mode == MATCHER_LONG ? has_avx512 ? 32u : 16u : 8u); i++) {
        memset(o->vectors[i], 0xFF, has_avx512 ? 64 : has_avx ? 32 : 16);
    }
    w->varied = *o;
    w->varied.rip = 0;
    w->varied.rflags = UINT64_C(0x204CD5); /* ID NT OF DF SF ZF AF PF CF: what the return from a signal handler can set */
    if (w->mode == MATCHER_PROTECTED16) {  /* IRET with NT is a task switch outside IA-32e mode only */
        w->varied.rflags &= ~(UINT64_C(1) << 14);
    }
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        w->varied.segments[i] = (struct segment_state){.base = 0};
    }
}

static uint64_t enabled_components(void) {
    uint32_t eax = 0;
    uint32_t ebx = 0;
    uint32_t ecx = 0;
    uint32_t edx = 0;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx >> 27 & 1) == 0) {
        return 0;
    }
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return eax | (uint64_t)edx << 32;
}

/* Executes a few bytes of 64-bit code. */
static bool try_bytes(struct backend *b, const struct world *w, const char *bytes, uint32_t length, struct run_result *result) {
    struct run r = {.length = length, .before = w->base};
    memcpy(r.bytes, bytes, length);
    r.before.rip = WINDOW_BASE + WINDOW_START;
    r.before.general[4] = WINDOW_BASE + WINDOW_DATA + WINDOW_DATA_SIZE / 2;
    r.before.general[6] = WINDOW_BASE + WINDOW_DATA;
    return b->operations->run(b, w, &r, 1, result);
}

static void set_bit(struct world *w, size_t count, unsigned bit, bool value) {
    for (size_t i = 0; i < count; i++) {
        w[i].base.cr4 = (w[i].base.cr4 & ~(UINT64_C(1) << bit)) | (uint64_t)value << bit;
    }
}

/* CR4 as far as user mode sees it, and what the kernel emulates. */
static bool measure(struct backend *b, struct native_worlds *w) {
    static struct run_result result;
    uint32_t eax = 0;
    uint32_t ebx = 0;
    uint32_t ecx = 0;
    uint32_t edx = 0;
    struct world *world = w->worlds;
    if (!try_bytes(b, world, "\x0f\x01\x06", 3, &result)) { /* SGDT [RSI]: the limit of Linux is 127, its emulation gives 0 */
        return false;
    }
    bool executed = result.outcome == RUN_DONE && result.change_count > 0;
    bool emulated = executed && (result.changes[0].value & 0xFFFF) == 0;
    bool umip = emulated || (result.outcome == RUN_TRAP && result.vector == 13);
    if (!try_bytes(b, world, "\x0f\x33", 2, &result)) { /* RDPMC: with CR4.PCE a bad counter faults as well, so ask for a good one */
        return false;
    }
    bool pce = result.outcome == RUN_DONE;
    int tsc = 0;
    bool tsd = prctl(PR_GET_TSC, &tsc) == 0 && tsc == PR_TSC_SIGSEGV;
    bool faulting = syscall(SYS_arch_prctl, ARCH_GET_CPUID, 0) == 0;
    unsigned long shadow = 0;
    bool shadow_stack = syscall(SYS_arch_prctl, 0x5005 /* ARCH_SHSTK_STATUS */, &shadow) == 0 && (shadow & 1) != 0;
    bool pke = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ecx >> 4 & 1) != 0;
    set_bit(world, w->count, 2, tsd);
    set_bit(world, w->count, 8, pce);
    set_bit(world, w->count, 11, umip);
    set_bit(world, w->count, 16, true); /* the backend needs FSGSBASE, and found it */
    set_bit(world, w->count, 22, pke);
    for (size_t i = 0; i < w->count; i++) {
        w->worlds[i].emulates_umip = emulated;
    }
    add(w, "cpuid_faulting", 0, faulting);
    add(w, "u_cet", 0, shadow_stack ? 1 : 0);
    (void)snprintf(
        w->description, sizeof w->description,
        "processor: %s\nUMIP: %s\ntime-stamp counter disabled (TSD): %s\nperformance counters for user mode (PCE): %s\nCPUID faulting: %s\n"
        "FSGSBASE: on\nprotection keys (PKU): %s\nuser shadow stacks (CET): %s\nXCR0: 0x%llx\n",
        processor_name().text,
        emulated ? "on, the kernel emulates what traps"
        : umip   ? "on"
                 : "off",
        tsd ? "yes" : "no", pce ? "yes" : "no", faulting ? "on" : "off", pke ? "on" : "off", shadow_stack ? "on" : "off",
        (unsigned long long)world->base.xcr0);
    return true;
}

static bool has_local_segments(void) {
    struct user_desc d = {
        .entry_number = 0, .contents = MODIFY_LDT_CONTENTS_DATA, .limit = 1, .seg_32bit = 1, .useable = 0, .seg_not_present = 1, .read_exec_only = 1};
    return syscall(SYS_modify_ldt, 0x11, &d, sizeof d) == 0;
}

static void add_world(struct native_worlds *w, enum matcher_mode mode, uint64_t xcr0) {
    static const uint16_t selectors[] = {0,          3,          LINUX_USER_CS, LINUX_USER_DS, LINUX_USER32_CS, 0x10, 0x18, LDT_CODE32,
                                         LDT_DATA32, LDT_CODE16, LDT_DATA16,    0x27,          0xFFF8,          0x83};
    struct world *world = &w->worlds[w->count++];
    world->mode = mode;
    world->cpl = 3;
    world->clears_null_selectors = true;
    world->selectors = selectors;
    world->selector_count = sizeof selectors / sizeof selectors[0];
    world->pointer_base = mode == MATCHER_LONG ? WINDOW_BASE : 0;
    world->facts = w->facts;
    base_state(world, xcr0);
    masks(world);
}

const char *native_find_worlds(struct backend *b, struct native_worlds *w) {
    const unsigned long fsgsbase = 2; /* HWCAP2_FSGSBASE */
    uint64_t xcr0 = enabled_components();
    if ((getauxval(AT_HWCAP2) & fsgsbase) == 0) {
        return "user mode cannot read and write FS and GS bases here (FSGSBASE)";
    }
    add_world(w, MATCHER_LONG, xcr0);
    if (has_local_segments()) {
        add_world(w, MATCHER_COMPATIBILITY, xcr0);
        add_world(w, MATCHER_PROTECTED16, xcr0);
    }
    add_descriptors(w);
    add_modes(w);
    if (!measure(b, w)) {
        return "a child process could not be set up";
    }
    for (size_t i = 0; i < w->count; i++) {
        w->worlds[i].fact_count = w->fact_count;
    }
    return NULL;
}
