/* Loads and reads a virtual processor. */
#include "kvm_state.h"

#include "xsave_image.h"

#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

static struct kvm_segment to_segment(const struct segment_state *s, bool system) {
    return (struct kvm_segment){.base = s->base,
                                .limit = s->limit,
                                .selector = s->selector,
                                .type = s->type,
                                .present = s->usable,
                                .dpl = s->dpl,
                                .db = s->db,
                                .s = !system,
                                .l = s->l,
                                .g = s->limit > 0xFFFFF,
                                .unusable = !s->usable};
}

static struct segment_state from_segment(const struct kvm_segment *k) {
    return (struct segment_state){.base = k->base,
                                  .limit = k->limit,
                                  .selector = k->selector,
                                  .type = k->type,
                                  .dpl = k->dpl,
                                  .db = k->db,
                                  .l = k->l,
                                  .usable = !k->unusable && k->present};
}

/* Registers by number, in the order of encodings. */
static void to_general(const struct machine_state *s, struct kvm_regs *r) {
    const uint64_t *g = s->general;
    *r = (struct kvm_regs){g[0], g[3], g[1], g[2], g[6], g[7], g[4], g[5], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15], s->rip, s->rflags};
}

static void from_general(const struct kvm_regs *r, struct machine_state *s) {
    const uint64_t g[16] = {r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp, r->rsi, r->rdi,
                            r->r8,  r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15};
    memcpy(s->general, g, sizeof g);
    s->rip = r->rip;
    s->rflags = r->rflags;
}

#define MSR_COUNT 8u
/* A struct kvm_msrs with its entries, which ISO C cannot have as a member. */
struct msr_list {
    uint32_t count, padding;
    struct kvm_msr_entry entries[MSR_COUNT];
};

static struct msr_list to_msrs(const struct machine_state *s) {
    struct msr_list l;
    memset(&l, 0, sizeof l);
    l.count = MSR_COUNT;
    const struct kvm_msr_entry entries[MSR_COUNT] = {{0x174, 0, s->sysenter_cs},         {0x175, 0, s->sysenter_esp}, {0x176, 0, s->sysenter_eip},
                                                     {0xC0000081, 0, s->star},           {0xC0000082, 0, s->lstar},   {0xC0000084, 0, s->fmask},
                                                     {0xC0000102, 0, s->kernel_gs_base}, {0xC0000103, 0, s->tsc_aux}};
    memcpy(l.entries, entries, sizeof entries);
    return l;
}

bool kvm_write_state(int processor, const struct machine_state *s) {
    struct kvm_sregs sregs;
    struct kvm_regs regs;
    struct kvm_xsave xsave;
    struct kvm_xcrs xcrs = {.nr_xcrs = 1};
    struct kvm_vcpu_events events;
    struct kvm_mp_state running = {.mp_state = KVM_MP_STATE_RUNNABLE};
    struct kvm_debugregs debug = {.dr6 = s->dr6, .dr7 = s->dr7};
    memset(&sregs, 0, sizeof sregs);
    memset(&events, 0, sizeof events);
    memset(&xsave, 0, sizeof xsave);
    if (ioctl(processor, KVM_GET_SREGS, &sregs) != 0) {
        return false;
    }
    struct kvm_segment *const segments[] = {&sregs.es, &sregs.cs, &sregs.ss, &sregs.ds, &sregs.fs, &sregs.gs};
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        *segments[i] = to_segment(&s->segments[i], false);
    }
    sregs.ldt = to_segment(&s->ldtr, true);
    sregs.tr = to_segment(&s->tr, true);
    sregs.gdt.base = s->gdtr_base;
    sregs.gdt.limit = (uint16_t)s->gdtr_limit;
    sregs.idt.base = s->idtr_base;
    sregs.idt.limit = (uint16_t)s->idtr_limit;
    sregs.cr0 = s->cr0;
    sregs.cr2 = s->cr2;
    sregs.cr3 = s->cr3;
    sregs.cr4 = s->cr4;
    sregs.cr8 = s->cr8;
    sregs.efer = s->efer;
    memset(sregs.interrupt_bitmap, 0, sizeof sregs.interrupt_bitmap);
    to_general(s, &regs);
    xcrs.xcrs[0].value = s->xcr0;
    memcpy(debug.db, s->dr, sizeof debug.db);
    struct msr_list msrs = to_msrs(s);
    bool good = ioctl(processor, KVM_SET_SREGS, &sregs) == 0 && ioctl(processor, KVM_SET_REGS, &regs) == 0;
    (void)ioctl(processor, KVM_SET_XCRS, &xcrs); /* there is none without XSAVE */
    if (ioctl(processor, KVM_GET_XSAVE, &xsave) == 0) {
        xsave_write((uint8_t *)xsave.region, s);
        good = ioctl(processor, KVM_SET_XSAVE, &xsave) == 0 && good;
    }
    (void)ioctl(processor, KVM_SET_MSRS, &msrs);
    good = ioctl(processor, KVM_SET_DEBUGREGS, &debug) == 0 && good;
    good = ioctl(processor, KVM_SET_VCPU_EVENTS, &events) == 0 && good;
    return ioctl(processor, KVM_SET_MP_STATE, &running) == 0 && good;
}

bool kvm_read_state(int processor, struct machine_state *s) {
    struct kvm_sregs sregs;
    struct kvm_regs regs;
    struct kvm_xsave xsave;
    struct kvm_xcrs xcrs;
    struct kvm_debugregs debug;
    struct msr_list msrs = to_msrs(s);
    if (ioctl(processor, KVM_GET_SREGS, &sregs) != 0 || ioctl(processor, KVM_GET_REGS, &regs) != 0) {
        return false;
    }
    const struct kvm_segment *const segments[] = {&sregs.es, &sregs.cs, &sregs.ss, &sregs.ds, &sregs.fs, &sregs.gs};
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        s->segments[i] = from_segment(segments[i]);
    }
    s->ldtr = from_segment(&sregs.ldt);
    s->tr = from_segment(&sregs.tr);
    s->gdtr_base = sregs.gdt.base;
    s->gdtr_limit = sregs.gdt.limit;
    s->idtr_base = sregs.idt.base;
    s->idtr_limit = sregs.idt.limit;
    s->cr0 = sregs.cr0;
    s->cr2 = sregs.cr2;
    s->cr3 = sregs.cr3;
    s->cr4 = sregs.cr4;
    s->cr8 = sregs.cr8;
    s->efer = sregs.efer;
    from_general(&regs, s);
    if (ioctl(processor, KVM_GET_XCRS, &xcrs) == 0 && xcrs.nr_xcrs > 0) {
        s->xcr0 = xcrs.xcrs[0].value;
    }
    if (ioctl(processor, KVM_GET_XSAVE, &xsave) == 0) {
        xsave_read((const uint8_t *)xsave.region, s);
    }
    if (ioctl(processor, KVM_GET_DEBUGREGS, &debug) == 0) {
        memcpy(s->dr, debug.db, sizeof s->dr);
        s->dr6 = debug.dr6;
        s->dr7 = debug.dr7;
    }
    if (ioctl(processor, KVM_GET_MSRS, &msrs) == (int)MSR_COUNT) {
        uint64_t *const values[MSR_COUNT] = {&s->sysenter_cs, &s->sysenter_esp, &s->sysenter_eip,   &s->star,
                                             &s->lstar,       &s->fmask,        &s->kernel_gs_base, &s->tsc_aux};
        for (unsigned i = 0; i < MSR_COUNT; i++) {
            *values[i] = msrs.entries[i].data;
        }
    }
    return true;
}
