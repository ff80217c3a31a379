/* The linear addresses of a guest: which page of its memory lies where, and which instructions of it are visible in the copy that is executed.
 *
 * Visible instructions never overlap; each was decoded at its own first byte, from the bytes that the guest has there, and is innocuous. Some of
 * them, before a return, are elsewhere, with a jump in their place (returns.h). All other bytes of the copy are HLT. */
#ifndef POPEK_DIRECT_CODE_H
#define POPEK_DIRECT_CODE_H

#include "child.h"
#include "direct.h"
#include "returns.h"

#define CODE_HIDING 0xF4u /* HLT: one byte, and a fault with EIP at it */

struct page {
    uint32_t frame;  /* DIRECT_NO_FRAME: none */
    bool writable;   /* as the caller has it */
    bool executable; /* the copy of it is mapped */
    bool dark;       /* and its page in the dark window */
    bool scanned;    /* has visible instructions, or had; counted in code.scanned */
    bool wide;       /* they are 32-bit code */
    uint8_t writes;  /* to visible code in it: see PATIENCE in run.c */
    uint8_t *marks;  /* one for each byte, NULL: all hidden */
};

struct code {
    struct child *child;
    struct x86_window data, executable; /* of the child */
    struct x86_window dark;             /* code where all is HLT but one instruction; it lies behind the copy in the same file */
    uint8_t *memory, *copy, *dark_copy; /* as the parent sees them */
    uint32_t frames, page_count;
    struct page *pages;
    uint32_t *scanned; /* by frame: how many pages with visible instructions have it; such a frame is not writable */
    uint32_t *users;   /* by frame: how many pages have it */
    uint32_t *likely;  /* by frame: one that has or had it */
    enum direct_policy policy;
    const struct matcher *matcher;
    const uint8_t *kinds32, *kinds16;
    bool gives_transfers;      /* direct_options */
    uint32_t scanned_pages[2]; /* pages of 16-bit and of 32-bit code that are scanned */
    struct returns returns;
    struct direct_statistics statistics;
};

/* What is at a linear address, in the guest's own bytes. */
struct instruction {
    uint32_t linear, base; /* base: of the code segment */
    bool wide;             /* 32-bit code */
    bool matched;
    struct decoded decoded;
    uint8_t kind; /* enum direct_kind */
    uint8_t bytes[15], count;
};
void code_look(const struct code *c, uint32_t base, uint32_t eip, bool wide, struct instruction *i);

enum arrival {
    ARRIVED_VISIBLE, /* it runs by itself now */
    ARRIVED_ALONE,   /* it may run, but only alone */
    ARRIVED_CALLER,  /* it may not run */
    ARRIVED_LOST
};
/* Execution has come to `i`, which is not visible. */
enum arrival code_arrive(struct code *c, const struct instruction *i);
/* Is there the first byte of a visible instruction? */
bool code_is_visible(const struct code *c, uint32_t linear);
/* Is it visible elsewhere, in a trampoline (returns.h)? */
bool code_is_moved(const struct code *c, uint32_t linear, uint32_t *moved);
/* Does the instruction read its explicit memory operand through CS, which is execute-only? */
bool code_reads_itself(const struct instruction *i);

/* Makes one instruction visible whatever lies there, and what was there again. With `through_fs` its CS overrides become FS overrides. */
struct shown {
    uint8_t before[15];
};
bool code_show(struct code *c, const struct instruction *i, bool through_fs, struct shown *shown);
void code_unshow(struct code *c, const struct instruction *i, const struct shown *shown);

/* Makes one instruction visible, which lies in one page, where all else is HLT. False: the child was lost. */
bool code_show_in_the_dark(struct code *c, const struct instruction *i);
void code_hide_in_the_dark(struct code *c, const struct instruction *i);

/* Bytes of a frame have changed: hides the instructions that are not what they were. */
void code_refresh(struct code *c, uint32_t frame);
/* Hides all of a page; the frame may become writable again. False: the child was lost. */
bool code_forget(struct code *c, uint32_t page);
bool code_forget_frame(struct code *c, uint32_t frame);
bool code_forget_all(struct code *c);
/* The code segment has 16 or 32 bits now: hides pages that were decoded otherwise. False: the child was lost. */
bool code_follow_width(struct code *c, bool wide);
/* Makes all pages that have this frame writable for a moment, or as they should be. */
bool code_open(struct code *c, uint32_t frame, bool open);
/* Is it a page that the guest could write to if nothing in it were visible? */
bool code_is_guarded(const struct code *c, uint32_t page);
bool code_map(struct code *c, uint32_t first, uint32_t count, uint32_t frame, bool writable);

#endif
