/* The allocator of the x86 monitor, for segments that reach their window from above: a flat segment of a guest whose window is the upper part of its
 * linear addresses. Offsets and bases are added modulo 2^32, so that the last offsets of the segment lie in the window. SDM vol. 3A: 3.4.5.1
 * (expand-down segments), 5.3 (limits). */
#ifndef POPEK_X86_HIGH_SEGMENTS_H
#define POPEK_X86_HIGH_SEGMENTS_H

#include "x86/allocator.h"

/*@ logic integer beyond = 0x100000000;
  @ predicate reaches_from_above(struct x86_segment *s, struct x86_window *w) =
  @     s->usable != 0 && s->limit == 0xFFFFFFFF && 0 < s->base <= w->size && s->base % 4096 == 0;
  @*/

/* For a data segment register: an expand-down segment, all of whose offsets are in the window. They are the guest's offsets from 2^32 - base on; all
 * that lie below are beyond the limit, and trap. */
/*@ requires records: \valid_read(s) && \valid_read(w) && \valid(d) && \separated(s, w, d);
  @ requires window: w->start + w->size <= 0xFFFFFFFF;
  @ requires flags: s->type < 16 && s->wide <= 1;
  @ assigns *d;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures granted: \result == 1 <==> reaches_from_above(s, w) && s->wide == 1 && (s->type < 4 || s->type == 10 || s->type == 11 || s->type >= 14);
  @ ensures kept: \result == 0 ==> *d == \old(*d);
  @ ensures user: \result == 1 ==> d->dpl == 3;
  @ ensures no_gate: \result == 1 ==> d->code_or_data == 1;
  @ ensures present: \result == 1 ==> d->present == 1;
  @ ensures field: \result == 1 ==> d->limit <= 0xFFFFF && d->in_pages == 1 && d->wide == 1;
  @ ensures data: \result == 1 ==> d->type == 5 || d->type == 7;
  @ ensures writable: \result == 1 ==> (d->type == 7 <==> s->type == 2 || s->type == 3);
  @ ensures relocated: \result == 1 ==> d->base == w->start + s->base;
  @ ensures exact: \result == 1 ==> last_offset(d->limit, 1) == beyond - s->base - 1;
  @ ensures inside: \result == 1 ==> (\forall integer o; last_offset(d->limit, 1) < o < beyond ==>
  @     w->start <= d->base + o - beyond < w->start + w->size);
  @*/
uint32_t x86_high_data_descriptor(const struct x86_segment *s, const struct x86_window *w, struct x86_descriptor *d);

/* For CS: execute-only, not conforming. There are no code segments that expand down, so this one reaches all linear addresses; that nothing but the
 * windows of code can be executed there is what the child's mappings see to, and their audit. */
/*@ requires records: \valid_read(s) && \valid_read(w) && \valid(d) && \separated(s, w, d);
  @ requires window: w->start + w->size <= 0xFFFFFFFF;
  @ requires flags: s->type < 16 && s->wide <= 1;
  @ assigns *d;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures granted: \result == 1 <==> reaches_from_above(s, w) && s->type >= 8;
  @ ensures kept: \result == 0 ==> *d == \old(*d);
  @ ensures user: \result == 1 ==> d->dpl == 3;
  @ ensures no_gate: \result == 1 ==> d->code_or_data == 1;
  @ ensures present: \result == 1 ==> d->present == 1;
  @ ensures field: \result == 1 ==> d->limit == 0xFFFFF && d->in_pages == 1 && d->wide == s->wide;
  @ ensures code: \result == 1 ==> d->type == 9;
  @ ensures relocated: \result == 1 ==> d->base == w->start + s->base;
  @ ensures placed: \result == 1 ==> (\forall integer o; beyond - s->base <= o < beyond ==>
  @     w->start <= d->base + o - beyond < w->start + w->size);
  @*/
uint32_t x86_high_code_descriptor(const struct x86_segment *s, const struct x86_window *w, struct x86_descriptor *d);

#endif
