/* From the guest's registers to those of the processor and back. What the processor gets comes from the allocator. */
#include "engine.h"

#include "../vmm-model/x86/high_segments.h"

/* Bases count from the first linear address of the guest's window, modulo 2^32. */
static struct x86_segment guest_segment(const struct direct *d, const struct direct_segment *s) {
    return (struct x86_segment){s->base - d->first, s->limit, (uint8_t)(s->type & 15), s->wide, s->usable};
}

bool data_descriptor(const struct direct *d, const struct direct_segment *s, struct x86_descriptor *descriptor) {
    struct x86_segment segment = guest_segment(d, s);
    return x86_data_descriptor(&segment, &d->code.data, descriptor) != 0 || x86_high_data_descriptor(&segment, &d->code.data, descriptor) != 0;
}

bool code_descriptor(const struct direct *d, const struct x86_window *window, struct x86_descriptor *descriptor) {
    struct x86_segment segment = guest_segment(d, &d->state.segments[DIRECT_CS]);
    const struct x86_window guest = {window->start, d->code.returns.start}; /* without the trampolines */
    return segment.base < guest.size ? x86_code_descriptor(&segment, window, descriptor) != 0
                                     : x86_high_code_descriptor(&segment, &guest, descriptor) != 0;
}

/* The selector of a data segment; 0 (null) for one that cannot be had: using it traps. */
static bool load_data(struct direct *d, enum direct_segment_name name, unsigned long long *selector, uint32_t *base) {
    struct x86_descriptor descriptor;
    *selector = 0;
    *base = 0;
    if (!data_descriptor(d, &d->state.segments[name], &descriptor)) {
        return true;
    }
    *selector = segments_selector(&d->segments, &d->child, &descriptor);
    *base = descriptor.base;
    return *selector != 0;
}

/* Trampolines lie behind the guest's linear addresses, and have 32-bit code that uses ESP. */
static bool reaches_trampolines(const struct direct *d, const struct x86_descriptor *cs) {
    uint32_t limit = cs->in_pages != 0 ? cs->limit << 12 | 0xFFF : cs->limit;
    uint32_t first = d->code.executable.start + d->code.returns.start - cs->base;
    return d->state.segments[DIRECT_CS].wide && d->state.segments[DIRECT_SS].wide && limit >= RETURNS_BYTES && first <= limit - (RETURNS_BYTES - 1);
}

static bool load_segments(struct direct *d, bool *lost) {
    struct user_regs_struct *r = &d->registers;
    struct x86_descriptor descriptor;
    uint32_t unused = 0;
    uint32_t fs = 0;
    uint32_t gs = 0;
    segments_begin(&d->segments);
    if (!code_descriptor(d, &d->code.executable, &descriptor)) {
        return false;
    }
    returns_follow(&d->code, d->state.segments[DIRECT_CS].base - d->first, reaches_trampolines(d, &descriptor));
    r->cs = segments_selector(&d->segments, &d->child, &descriptor);
    d->selector = r->cs;
    *lost = r->cs == 0 || !code_follow_width(&d->code, d->state.segments[DIRECT_CS].wide) || !load_data(d, DIRECT_SS, &r->ss, &unused) ||
            !load_data(d, DIRECT_DS, &r->ds, &unused) || !load_data(d, DIRECT_ES, &r->es, &unused) || !load_data(d, DIRECT_FS, &r->fs, &fs) ||
            !load_data(d, DIRECT_GS, &r->gs, &gs);
    r->fs_base = fs;
    r->gs_base = gs;
    return !*lost && r->ss != 0; /* SS cannot be null in user mode */
}

bool load_registers(struct direct *d, bool *lost) {
    struct user_regs_struct *r = &d->registers;
    const struct direct_state *s = &d->state;
    *lost = false;
    if (!d->loaded) {
        d->loaded = load_segments(d, lost);
        if (!d->loaded) {
            return false;
        }
    }
    r->rax = s->general[0];
    r->rcx = s->general[1];
    r->rdx = s->general[2];
    r->rbx = s->general[3];
    r->rsp = s->general[4];
    r->rbp = s->general[5];
    r->rsi = s->general[6];
    r->rdi = s->general[7];
    r->rip = s->eip;
    r->eflags = x86_hardware_flags(s->eflags, s->alignment_checks);
    return true;
}

void save_registers(struct direct *d) {
    const struct user_regs_struct *r = &d->registers;
    struct direct_state *s = &d->state;
    s->general[0] = (uint32_t)r->rax;
    s->general[1] = (uint32_t)r->rcx;
    s->general[2] = (uint32_t)r->rdx;
    s->general[3] = (uint32_t)r->rbx;
    s->general[4] = (uint32_t)r->rsp;
    s->general[5] = (uint32_t)r->rbp;
    s->general[6] = (uint32_t)r->rsi;
    s->general[7] = (uint32_t)r->rdi;
    s->eip = (uint32_t)r->rip;
    s->eflags = x86_virtual_flags(s->eflags, (uint32_t)r->eflags, s->alignment_checks);
}

static bool inside(const struct x86_window *w, uint64_t address, uint32_t *linear) {
    *linear = (uint32_t)(address - w->start);
    return address >= w->start && address - w->start < w->size;
}

enum guest_place guest_address(const struct direct *d, uint64_t address, uint32_t *linear) {
    if (inside(&d->code.data, address, linear)) {
        return PLACE_DATA;
    }
    if (inside(&d->code.executable, address, linear)) {
        return PLACE_CODE;
    }
    return inside(&d->code.dark, address, linear) ? PLACE_DARK : PLACE_OTHER;
}

void direct_get_state(const struct direct *d, struct direct_state *s) { *s = d->state; }

static bool same_segment(const struct direct_segment *a, const struct direct_segment *b) {
    return a->base == b->base && a->limit == b->limit && a->type == b->type && a->wide == b->wide && a->usable == b->usable;
}

void direct_set_state(struct direct *d, const struct direct_state *s) {
    for (unsigned i = 0; i < DIRECT_SEGMENTS; i++) {
        d->loaded = d->loaded && same_segment(&s->segments[i], &d->state.segments[i]);
    }
    d->state = *s;
}
