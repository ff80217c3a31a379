/* Fills and reads signal frames. The layout of the extended state is that of XSAVE in the standard format (SDM vol. 1, 13.4). */
#include "native_state.h"

#include <asm/sigcontext.h>
#include <cpuid.h>
#include <string.h>

#define UC_SIGCONTEXT_SS 2u
#define UC_STRICT_RESTORE_SS 4u

enum { COMPONENT_AVX = 2, COMPONENT_MASKS = 5, COMPONENT_HIGH_HALVES = 6, COMPONENT_HIGH_REGISTERS = 7, COMPONENT_COUNT = 8 };
static uint32_t offsets[COMPONENT_COUNT];
static uint64_t enabled;

#define HEADER 512u
#define LEGACY_VECTORS 160u

void native_find_layout(void) {
    uint32_t eax = 0;
    uint32_t ebx = 0;
    uint32_t ecx = 0;
    uint32_t edx = 0;
    if (__get_cpuid_count(13, 0, &eax, &ebx, &ecx, &edx) != 0 && __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx >> 27 & 1) != 0) {
        __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
        enabled = eax | (uint64_t)edx << 32;
    }
    for (unsigned i = 2; i < COMPONENT_COUNT; i++) {
        if ((enabled >> i & 1) != 0 && __get_cpuid_count(13, i, &eax, &ebx, &ecx, &edx) != 0) {
            offsets[i] = ebx;
        }
    }
}

/* ---- segment registers ------------------------------------------------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) void read_segments(struct native_registers *r) {
    uint64_t fs_base = 0;
    uint64_t gs_base = 0;
    uint16_t ds = 0;
    uint16_t es = 0;
    uint16_t fs = 0;
    uint16_t gs = 0;
    __asm__ volatile("mov %%ds, %0" : "=r"(ds));
    __asm__ volatile("mov %%es, %0" : "=r"(es));
    __asm__ volatile("mov %%fs, %0" : "=r"(fs));
    __asm__ volatile("mov %%gs, %0" : "=r"(gs));
    __asm__ volatile("rdfsbase %0" : "=r"(fs_base));
    __asm__ volatile("rdgsbase %0" : "=r"(gs_base));
    r->selectors[SEGMENT_DS] = ds;
    r->selectors[SEGMENT_ES] = es;
    r->selectors[SEGMENT_FS] = fs;
    r->selectors[SEGMENT_GS] = gs;
    r->fs_base = fs_base;
    r->gs_base = gs_base;
}

static inline __attribute__((always_inline)) void write_segments(const struct native_registers *r) {
    __asm__ volatile("mov %0, %%ds" ::"r"(r->selectors[SEGMENT_DS]));
    __asm__ volatile("mov %0, %%es" ::"r"(r->selectors[SEGMENT_ES]));
    __asm__ volatile("mov %0, %%gs" ::"r"(r->selectors[SEGMENT_GS]));
    __asm__ volatile("mov %0, %%fs" ::"r"(r->selectors[SEGMENT_FS]));
    __asm__ volatile("wrgsbase %0" ::"r"(r->gs_base));
    __asm__ volatile("wrfsbase %0" ::"r"(r->fs_base));
}

void native_home(struct native_registers *home) { read_segments(home); }

/* AC is the only flag of the interrupted code that the kernel hands on: with it, the compiler's own unaligned accesses would trap. */
void native_take_segments(struct native_registers *seen, const struct native_registers *home) {
    __builtin_ia32_writeeflags_u64(2);
    read_segments(seen);
    write_segments(home);
}

/* Returning from the handler keeps NT and ID of the handler, all other flags come from the signal frame. */
void native_give_segments(const struct native_registers *wanted, uint64_t rflags) {
    const uint64_t kept = UINT64_C(1) << 14 | UINT64_C(1) << 21;
    write_segments(wanted);
    __builtin_ia32_writeeflags_u64((rflags & kept) | 2);
}

/* ---- general registers ------------------------------------------------------------------------------------------------------------------------- */

static const uint8_t places[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                   REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

static void read_vectors(const uint8_t *image, struct machine_state *s);
static void write_vectors(uint8_t *image, const struct machine_state *s);

void native_read(const ucontext_t *context, struct native_registers *segments, const struct run *r, struct run_result *result) {
    struct machine_state *s = &result->after;
    const greg_t *g = context->uc_mcontext.gregs;
    uint64_t packed = (uint64_t)g[REG_CSGSFS];
    *s = r->before;
    for (unsigned i = 0; i < 16; i++) {
        s->general[i] = (uint64_t)g[places[i]];
    }
    s->rip = (uint64_t)g[REG_RIP];
    s->rflags = (uint64_t)g[REG_EFL];
    segments->selectors[SEGMENT_CS] = (uint16_t)packed;
    segments->selectors[SEGMENT_SS] = (uint16_t)(packed >> 48);
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        s->segments[i].selector = segments->selectors[i];
    }
    s->segments[SEGMENT_FS].base = segments->fs_base;
    s->segments[SEGMENT_GS].base = segments->gs_base;
    read_vectors((const uint8_t *)context->uc_mcontext.fpregs, s);
}

void native_write(ucontext_t *context, struct native_registers *segments, const struct run *r) {
    const struct machine_state *s = &r->before;
    greg_t *g = context->uc_mcontext.gregs;
    for (unsigned i = 0; i < 16; i++) {
        g[places[i]] = (greg_t)s->general[i];
    }
    g[REG_RIP] = (greg_t)s->rip;
    g[REG_EFL] = (greg_t)s->rflags;
    g[REG_CSGSFS] = (greg_t)(s->segments[SEGMENT_CS].selector | (uint64_t)s->segments[SEGMENT_SS].selector << 48);
    context->uc_flags |= UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        segments->selectors[i] = s->segments[i].selector;
    }
    segments->fs_base = s->segments[SEGMENT_FS].base;
    segments->gs_base = s->segments[SEGMENT_GS].base;
    write_vectors((uint8_t *)context->uc_mcontext.fpregs, s);
}

/* ---- x87, vectors, masks ----------------------------------------------------------------------------------------------------------------------- */

static uint64_t present(const uint8_t *image) {
    uint64_t components = 0;
    memcpy(&components, image + HEADER, sizeof components);
    return components;
}

/* A component that is not present is in its initial state: all zero. */
static void read_part(const uint8_t *image, unsigned component, uint32_t at, void *to, size_t size) {
    if (offsets[component] != 0 && (present(image) >> component & 1) != 0) {
        memcpy(to, image + offsets[component] + at, size);
    } else {
        memset(to, 0, size);
    }
}

static void read_vectors(const uint8_t *image, struct machine_state *s) {
    bool has_x87 = (present(image) & 1) != 0;
    bool has_sse = (present(image) & 2) != 0;
    s->x87_control = 0x37F;
    if (has_x87) {
        memcpy(&s->x87_control, image, 2);
    }
    memcpy(&s->x87_status, image + 2, 2);
    s->x87_full = has_x87 ? image[4] : 0;
    s->x87_status = has_x87 ? s->x87_status : 0;
    memcpy(&s->mxcsr, image + 24, 4);
    unsigned top = s->x87_status >> 11 & 7u;
    for (unsigned i = 0; i < 8; i++) {
        memset(s->x87_registers[(top + i) & 7], 0, 16);
        if (has_x87) {
            memcpy(s->x87_registers[(top + i) & 7], image + 32 + 16 * i, 10);
        }
    }
    for (unsigned i = 0; i < 16; i++) {
        memset(s->vectors[i], 0, 16);
        if (has_sse) {
            memcpy(s->vectors[i], image + LEGACY_VECTORS + 16 * i, 16);
        }
        read_part(image, COMPONENT_AVX, 16 * i, s->vectors[i] + 16, 16);
        read_part(image, COMPONENT_HIGH_HALVES, 32 * i, s->vectors[i] + 32, 32);
        read_part(image, COMPONENT_HIGH_REGISTERS, 64 * i, s->vectors[16 + i], 64);
    }
    read_part(image, COMPONENT_MASKS, 0, s->masks, sizeof s->masks);
}

static void write_part(uint8_t *image, unsigned component, uint32_t at, const void *from, size_t size) {
    if (offsets[component] != 0) {
        memcpy(image + offsets[component] + at, from, size);
    }
}

static void write_vectors(uint8_t *image, const struct machine_state *s) {
    uint64_t components = present(image) | (enabled & 0xE7u);
    unsigned top = s->x87_status >> 11 & 7u;
    memcpy(image + HEADER, &components, sizeof components);
    memcpy(image, &s->x87_control, 2);
    memcpy(image + 2, &s->x87_status, 2);
    image[4] = s->x87_full;
    image[5] = 0;
    memset(image + 6, 0, 18); /* opcode and pointers of the last x87 instruction */
    memcpy(image + 24, &s->mxcsr, 4);
    for (unsigned i = 0; i < 8; i++) {
        memcpy(image + 32 + 16 * i, s->x87_registers[(top + i) & 7], 16);
    }
    for (unsigned i = 0; i < 16; i++) {
        memcpy(image + LEGACY_VECTORS + 16 * i, s->vectors[i], 16);
        write_part(image, COMPONENT_AVX, 16 * i, s->vectors[i] + 16, 16);
        write_part(image, COMPONENT_HIGH_HALVES, 32 * i, s->vectors[i] + 32, 32);
        write_part(image, COMPONENT_HIGH_REGISTERS, 64 * i, s->vectors[16 + i], 64);
    }
    write_part(image, COMPONENT_MASKS, 0, s->masks, sizeof s->masks);
}

static size_t image_size(const ucontext_t *context) {
    struct _fpx_sw_bytes own;
    memcpy(&own, (const uint8_t *)context->uc_mcontext.fpregs + 464, sizeof own);
    return own.magic1 == FP_XSTATE_MAGIC1 ? own.xstate_size : 512;
}

void native_copy_vectors(uint8_t *to, const ucontext_t *context) {
    size_t size = image_size(context);
    memcpy(to, context->uc_mcontext.fpregs, size < 16384 ? size : 16384);
}

void native_restore_vectors(ucontext_t *context, const uint8_t *from) {
    size_t size = image_size(context);
    memcpy(context->uc_mcontext.fpregs, from, size < 16384 ? size : 16384);
}
