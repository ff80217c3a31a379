/* The allocator of the x86 monitor. */
#include "x86/allocator.h"

uint32_t x86_give_window(struct x86_space *s, uint32_t size, struct x86_window *w) {
    if (size == 0 || size > s->end - s->next) {
        return 0;
    }
    w->start = s->next;
    w->size = size;
    s->next = s->next + size;
    return 1;
}

/* The limit of a segment of type `type` at `base` whose last offset is at most `last`, in pages where it does not fit into 20 bits. */
/*@ requires record: \valid(d);
  @ requires kind: wide <= 1;
  @ assigns *d;
  @ ensures base: d->base == base;
  @ ensures limit: d->limit <= 0xFFFFF && d->in_pages <= 1;
  @ ensures below: last_offset(d->limit, d->in_pages) <= last;
  @ ensures exact: last <= 0xFFFFF ==> last_offset(d->limit, d->in_pages) == last;
  @ ensures close: last_offset(d->limit, d->in_pages) > last - 4096;
  @ ensures kind: d->type == type && d->wide == wide && d->code_or_data == 1 && d->dpl == 3 && d->present == 1;
  @*/
static void build(struct x86_descriptor *d, uint32_t base, uint32_t last, uint8_t type, uint8_t wide) {
    d->base = base;
    d->type = type;
    d->code_or_data = 1;
    d->dpl = 3;
    d->present = 1;
    d->wide = wide;
    if (last <= 0xFFFFFu) {
        d->limit = last;
        d->in_pages = 0;
    } else if (last % X86_PAGE == X86_PAGE - 1u) {
        d->limit = last / X86_PAGE;
        d->in_pages = 1;
    } else {
        d->limit = last / X86_PAGE - 1u;
        d->in_pages = 1;
    }
}

/*@ requires inside: base < size;
  @ assigns \nothing;
  @ ensures reach: \result == reach(base, limit, size);
  @*/
static uint32_t clip(uint32_t base, uint32_t limit, uint32_t size) {
    if (limit <= size - 1u - base) {
        return limit;
    }
    return size - 1u - base;
}

uint32_t x86_data_descriptor(const struct x86_segment *s, const struct x86_window *w, struct x86_descriptor *d) {
    uint8_t type;
    if (s->usable == 0 || s->base >= w->size) {
        return 0;
    }
    if (s->type == 2 || s->type == 3) {
        type = 3;
    } else if (s->type < 2 || s->type == 10 || s->type == 11 || s->type >= 14) {
        type = 1;
    } else {
        return 0;
    }
    build(d, w->start + s->base, clip(s->base, s->limit, w->size), type, s->wide);
    return 1;
}

uint32_t x86_code_descriptor(const struct x86_segment *s, const struct x86_window *w, struct x86_descriptor *d) {
    if (s->usable == 0 || s->base >= w->size || s->type < 8) {
        return 0;
    }
    build(d, w->start + s->base, clip(s->base, s->limit, w->size), 9, s->wide);
    return 1;
}

uint32_t x86_hardware_flags(uint32_t flags, uint32_t alignment_checks) {
    if (alignment_checks != 0) {
        return (flags & (X86_PROGRAM_FLAGS | X86_ALIGNMENT_FLAG)) | X86_FIXED_FLAGS;
    }
    return (flags & X86_PROGRAM_FLAGS) | X86_FIXED_FLAGS;
}

uint32_t x86_virtual_flags(uint32_t flags, uint32_t hardware, uint32_t alignment_checks) {
    if (alignment_checks != 0) {
        return (hardware & (X86_PROGRAM_FLAGS | X86_ALIGNMENT_FLAG)) | (flags & ~(X86_PROGRAM_FLAGS | X86_ALIGNMENT_FLAG));
    }
    return (hardware & X86_PROGRAM_FLAGS) | (flags & ~X86_PROGRAM_FLAGS);
}

void x86_shadow_entry(const struct x86_entry *guest, uint32_t frames, uint32_t cpl, uint32_t write_protect, uint32_t scanned,
                      struct x86_entry *shadow) {
    shadow->frame = 0;
    shadow->present = 0;
    shadow->write = 0;
    shadow->user = 1;
    shadow->accessed = 1;
    shadow->dirty = 1;
    if (guest->present == 0 || guest->accessed == 0 || guest->frame >= frames || (cpl == 3 && guest->user == 0)) {
        return;
    }
    shadow->frame = guest->frame;
    shadow->present = 1;
    if (scanned == 0 && guest->dirty != 0 && (guest->write != 0 || (cpl != 3 && write_protect == 0))) {
        shadow->write = 1;
    }
}
