/* Fills and reads signal frames. */
#include "native_state.h"

#include "xsave_image.h"

#include <asm/sigcontext.h>
#include <string.h>

#define UC_SIGCONTEXT_SS 2u
#define UC_STRICT_RESTORE_SS 4u

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
    xsave_read((const uint8_t *)context->uc_mcontext.fpregs, s);
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
    xsave_write((uint8_t *)context->uc_mcontext.fpregs, s);
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
