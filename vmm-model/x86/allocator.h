/* The allocator of the x86 monitor: what the processor gets while a guest runs. Nothing else builds descriptors, flags or page entries for it.
 *
 * A guest runs at CPL 3. Its segments become descriptors of a local descriptor table that lie inside of its window of linear addresses; what cannot be
 * built so is refused, and an access through it then traps and is interpreted. Intel SDM vol. 3A: 3.4.5 (descriptors), 2.3 (flags), 4.6 (rights). */
#ifndef POPEK_X86_ALLOCATOR_H
#define POPEK_X86_ALLOCATOR_H

#include <stdint.h>

#define X86_PAGE 4096u

/* Linear addresses of the processor that belong to one virtual machine: start, start + 1, ..., start + size - 1. */
struct x86_window {
    uint32_t start, size;
};

/* Linear addresses that may be given away: next is the first that belongs to nobody, end the first that is not to be given. */
struct x86_space {
    uint32_t next, end;
};

/* A segment as the guest has it: the hidden part of a segment register. */
struct x86_segment {
    uint32_t base, limit; /* the limit in bytes, inclusive */
    uint8_t type;         /* 0 to 15: 0 to 7 data, 8 to 15 code */
    uint8_t wide;         /* the D or B flag, 0 or 1 */
    uint8_t usable;       /* 0: null */
};

/* A descriptor for the processor, by its fields. */
struct x86_descriptor {
    uint32_t base;
    uint32_t limit;   /* 20 bits, in bytes or in pages */
    uint8_t in_pages; /* the G flag */
    uint8_t type;
    uint8_t code_or_data; /* the S flag: 0 would be a gate or a system descriptor */
    uint8_t dpl;
    uint8_t present;
    uint8_t wide;
};

/* The part of a page-table entry that counts here. */
struct x86_entry {
    uint32_t frame; /* the number of the page of the guest's memory */
    uint8_t present, write, user, accessed, dirty;
};

/*@ logic integer last_offset(integer limit, integer in_pages) = in_pages == 0 ? limit : limit * 4096 + 4095;
  @ logic integer reach(integer base, integer limit, integer size) = limit <= size - 1 - base ? limit : size - 1 - base;
  @*/

/* Gives `size` linear addresses to a virtual machine. 0: there are not so many, and nothing changes. Windows lie one behind the other: each begins
 * where nothing was given yet, and ends before the next begins, so no address is given to two. */
/*@ requires records: \valid(s) && \valid(w) && \separated(s, w);
  @ requires sound: s->next <= s->end;
  @ assigns s->next, *w;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures given: \result == 1 <==> 0 < size <= \old(s->end) - \old(s->next);
  @ ensures fresh: \result == 1 ==> w->start == \old(s->next) && w->size == size && s->next == w->start + w->size;
  @ ensures inside: \result == 1 ==> w->start + w->size <= s->end;
  @ ensures kept: \result == 0 ==> s->next == \old(s->next) && *w == \old(*w);
  @ ensures still_sound: s->next <= s->end;
  @*/
uint32_t x86_give_window(struct x86_space *s, uint32_t size, struct x86_window *w);

/* What a descriptor for the processor always is: for user mode, neither a gate nor a system descriptor, and all that it reaches is in the window. */
#define SAFE_DESCRIPTOR(d, w)                                                                                                                        \
    ensures user: \result == 1 ==> d->dpl == 3;                                                                                                      \
    ensures no_gate: \result == 1 ==> d->code_or_data == 1;                                                                                          \
    ensures present: \result == 1 ==> d->present == 1;                                                                                               \
    ensures field: \result == 1 ==> d->limit <= 0xFFFFF && d->in_pages <= 1 && d->wide <= 1;                                                         \
    ensures above: \result == 1 ==> w->start <= d->base;                                                                                             \
    ensures below: \result == 1 ==> d->base + last_offset(d->limit, d->in_pages) <= w->start + w->size - 1;

/* And what it is of the guest's segment: moved to the window, never longer than it, and at most the rest of a page shorter than what of it lies in the
 * window; exact up to 1 MiB. */
#define FAITHFUL_DESCRIPTOR(s, w, d)                                                                                                                 \
    ensures relocated: \result == 1 ==> d->base == w->start + s->base;                                                                               \
    ensures clipped: \result == 1 ==> last_offset(d->limit, d->in_pages) <= s->limit;                                                                \
    ensures exact: \result == 1 && reach(s->base, s->limit, w->size) <= 0xFFFFF ==>                                                                  \
        last_offset(d->limit, d->in_pages) == reach(s->base, s->limit, w->size);                                                                     \
    ensures close: \result == 1 ==> last_offset(d->limit, d->in_pages) > reach(s->base, s->limit, w->size) - 4096;                                   \
    ensures width: \result == 1 ==> d->wide == s->wide;

/* For a data segment register. Expand-down segments are refused; code that is readable becomes read-only data. */
/*@ requires records: \valid_read(s) && \valid_read(w) && \valid(d) && \separated(s, w, d);
  @ requires window: w->start + w->size <= 0xFFFFFFFF;
  @ requires flags: s->type < 16 && s->wide <= 1;
  @ assigns *d;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures granted: \result == 1 <==> s->usable != 0 && (s->type < 4 || s->type == 10 || s->type == 11 || s->type >= 14) && s->base < w->size;
  @ ensures kept: \result == 0 ==> *d == \old(*d);
  @ SAFE_DESCRIPTOR(d, w)
  @ FAITHFUL_DESCRIPTOR(s, w, d)
  @ ensures data: \result == 1 ==> d->type == 1 || d->type == 3;
  @ ensures writable: \result == 1 ==> (d->type == 3 <==> s->type == 2 || s->type == 3);
  @*/
uint32_t x86_data_descriptor(const struct x86_segment *s, const struct x86_window *w, struct x86_descriptor *d);

/* For CS: execute-only, not conforming. The window is that of the copy that is executed. */
/*@ requires records: \valid_read(s) && \valid_read(w) && \valid(d) && \separated(s, w, d);
  @ requires window: w->start + w->size <= 0xFFFFFFFF;
  @ requires flags: s->type < 16 && s->wide <= 1;
  @ assigns *d;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures granted: \result == 1 <==> s->usable != 0 && s->type >= 8 && s->base < w->size;
  @ ensures kept: \result == 0 ==> *d == \old(*d);
  @ SAFE_DESCRIPTOR(d, w)
  @ FAITHFUL_DESCRIPTOR(s, w, d)
  @ ensures code: \result == 1 ==> d->type == 9;
  @*/
uint32_t x86_code_descriptor(const struct x86_segment *s, const struct x86_window *w, struct x86_descriptor *d);

/* The flags that a program sets and reads without any other instruction: CF PF AF ZF SF DF OF. */
#define PROGRAM_FLAGS(now, before)                                                                                                                   \
    ensures carry: (now & 0x00000001) == (before & 0x00000001);                                                                                      \
    ensures parity: (now & 0x00000004) == (before & 0x00000004);                                                                                     \
    ensures adjust: (now & 0x00000010) == (before & 0x00000010);                                                                                     \
    ensures zero: (now & 0x00000040) == (before & 0x00000040);                                                                                       \
    ensures sign: (now & 0x00000080) == (before & 0x00000080);                                                                                       \
    ensures direction: (now & 0x00000400) == (before & 0x00000400);                                                                                  \
    ensures overflow: (now & 0x00000800) == (before & 0x00000800);

/* EFLAGS for the processor: the guest's CF PF AF ZF SF DF OF, and its AC where it means something (virtual CPL 3 and CR0.AM); IF 1; TF, IOPL, NT, RF,
 * VM, VIF, VIP, ID and all else 0. */
#define X86_PROGRAM_FLAGS 0x00000CD5u /* CF PF AF ZF SF DF OF: what runs in user mode may change, and no other instruction sees */
#define X86_FIXED_FLAGS 0x00000202u   /* IF, and bit 1 */
#define X86_ALIGNMENT_FLAG 0x00040000u
/*@ assigns \nothing;
  @ PROGRAM_FLAGS(\result, flags)
  @ ensures interrupts: (\result & 0x00000200) == 0x00000200;
  @ ensures io_privilege: (\result & 0x00001000) == 0 && (\result & 0x00002000) == 0;
  @ ensures no_trap_flag: (\result & 0x00000100) == 0;
  @ ensures no_task: (\result & 0x00004000) == 0;
  @ ensures no_resume: (\result & 0x00010000) == 0;
  @ ensures no_v86: (\result & 0x00020000) == 0;
  @ ensures alignment: (\result & 0x00040000) == (alignment_checks != 0 ? flags & 0x00040000 : 0);
  @ ensures no_virtual_interrupt: (\result & 0x00080000) == 0 && (\result & 0x00100000) == 0;
  @ ensures no_identification: (\result & 0x00200000) == 0;
  @*/
uint32_t x86_hardware_flags(uint32_t flags, uint32_t alignment_checks);

/* The guest's EFLAGS after it ran: what a program may change comes from the processor, everything else stays what it was. */
/*@ assigns \nothing;
  @ PROGRAM_FLAGS(\result, hardware)
  @ ensures alignment: (\result & 0x00040000) == (alignment_checks != 0 ? hardware & 0x00040000 : flags & 0x00040000);
  @ ensures trap_flag: (\result & 0x00000100) == (flags & 0x00000100);
  @ ensures interrupts: (\result & 0x00000200) == (flags & 0x00000200);
  @ ensures io_privilege: (\result & 0x00001000) == (flags & 0x00001000) && (\result & 0x00002000) == (flags & 0x00002000);
  @ ensures task: (\result & 0x00004000) == (flags & 0x00004000);
  @ ensures resume: (\result & 0x00010000) == (flags & 0x00010000);
  @ ensures v86: (\result & 0x00020000) == (flags & 0x00020000);
  @ ensures virtual_interrupt: (\result & 0x00080000) == (flags & 0x00080000) && (\result & 0x00100000) == (flags & 0x00100000);
  @ ensures identification: (\result & 0x00200000) == (flags & 0x00200000);
  @*/
uint32_t x86_virtual_flags(uint32_t flags, uint32_t hardware, uint32_t alignment_checks);

/* The entry for the processor: a page of the guest's own memory of `frames` pages, for user mode, with no right that the guest's entry does not give at
 * its virtual CPL (0 to 3; `write_protect` is CR0.WP), not yet writable while its dirty flag is to be set, nor while it holds instructions that were
 * scanned. */
/*@ requires records: \valid_read(guest) && \valid(shadow) && \separated(guest, shadow);
  @ requires level: cpl <= 3;
  @ assigns *shadow;
  @ ensures present: shadow->present == 1 <==> guest->present != 0 && guest->accessed != 0 && guest->frame < frames && (cpl == 3 ==> guest->user != 0);
  @ ensures inside: shadow->present != 0 ==> shadow->frame < frames;
  @ ensures frame: shadow->present != 0 ==> shadow->frame == guest->frame;
  @ ensures user: shadow->user == 1;
  @ ensures write: shadow->write == 1 <==> shadow->present == 1 && scanned == 0 && guest->dirty != 0 &&
  @     (guest->write != 0 || (cpl != 3 && write_protect == 0));
  @ ensures truth: shadow->present <= 1 && shadow->write <= 1;
  @*/
void x86_shadow_entry(const struct x86_entry *guest, uint32_t frames, uint32_t cpl, uint32_t write_protect, uint32_t scanned,
                      struct x86_entry *shadow);

#endif
