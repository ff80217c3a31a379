/* The allocator of the x86 monitor, for segments that reach their window from above. */
#include "x86/high_segments.h"

#define LAST_PAGE 0xFFFFFu /* of 2^32 linear addresses */

/*@ requires records: \valid_read(s) && \valid_read(w);
  @ assigns \nothing;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures meaning: \result == 1 <==> reaches_from_above(s, w);
  @*/
static uint32_t reaches(const struct x86_segment *s, const struct x86_window *w) {
    return s->usable != 0 && s->limit == 0xFFFFFFFFu && s->base > 0 && s->base <= w->size && s->base % X86_PAGE == 0 ? 1 : 0;
}

/*@ requires record: \valid(d);
  @ requires field: pages <= 0xFFFFF && wide <= 1;
  @ assigns *d;
  @ ensures built: d->base == base && d->limit == pages && d->in_pages == 1 && d->type == type && d->wide == wide;
  @ ensures kind: d->code_or_data == 1 && d->dpl == 3 && d->present == 1;
  @*/
static void build(struct x86_descriptor *d, uint32_t base, uint32_t pages, uint8_t type, uint8_t wide) {
    d->base = base;
    d->limit = pages;
    d->in_pages = 1;
    d->type = type;
    d->code_or_data = 1;
    d->dpl = 3;
    d->present = 1;
    d->wide = wide;
}

uint32_t x86_high_data_descriptor(const struct x86_segment *s, const struct x86_window *w, struct x86_descriptor *d) {
    uint8_t type;
    if (reaches(s, w) == 0 || s->wide == 0) {
        return 0;
    }
    if (s->type == 2 || s->type == 3) {
        type = 7;
    } else if (s->type < 2 || s->type == 10 || s->type == 11 || s->type >= 14) {
        type = 5;
    } else {
        return 0;
    }
    build(d, w->start + s->base, LAST_PAGE - s->base / X86_PAGE, type, 1);
    return 1;
}

uint32_t x86_high_code_descriptor(const struct x86_segment *s, const struct x86_window *w, struct x86_descriptor *d) {
    if (reaches(s, w) == 0 || s->type < 8) {
        return 0;
    }
    build(d, w->start + s->base, LAST_PAGE, 9, s->wide);
    return 1;
}
