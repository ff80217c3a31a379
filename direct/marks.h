/* What is known of each byte of the guest's linear addresses, for the parts that scan. Linear addresses count from the guest's window. */
#ifndef POPEK_DIRECT_MARKS_H
#define POPEK_DIRECT_MARKS_H

#include "code.h"

enum mark {
    HIDDEN = 0,
    START = 1,
    MIDDLE = 2,
    KIND = 3,
    TARGET = 4, /* a visible transfer goes there */
    LINKED = 8  /* part of a run that ends with a return which runs by itself: see returns.h */
};

/* All HIDDEN, if the page has none yet. False: out of memory. */
bool make_marks(struct page *p);
uint8_t mark_at(const struct code *c, uint32_t linear);
/* HIDDEN, START or MIDDLE, with LINKED; TARGET stays. */
void set_mark(struct code *c, uint32_t linear, uint8_t kind);
/* A visible transfer goes there, maybe to a page where nothing was scanned yet; outside of the guest nothing is marked. False: out of memory. */
bool mark_target(struct code *c, uint32_t linear);

/* The guest's own byte; NULL: nothing is mapped there. */
const uint8_t *guest_byte(const struct code *c, uint32_t linear);
/* Where a direct transfer goes; false when it is none. */
bool target_of(const struct code *c, const struct instruction *i, uint32_t *target);

/* Hides the visible instruction that `linear` belongs to, or the run that is linked. */
void hide(struct code *c, uint32_t linear);

#endif
