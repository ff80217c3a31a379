/* Segments of a guest as descriptors in the child's LDT. */
#ifndef POPEK_DIRECT_SEGMENTS_H
#define POPEK_DIRECT_SEGMENTS_H

#include "child.h"

#define SEGMENT_ENTRIES 256u

struct segments {
    struct x86_descriptor entries[SEGMENT_ENTRIES]; /* entry 0 is never used; not present: free */
    unsigned next;                                  /* the one to give up next */
    uint8_t used[SEGMENT_ENTRIES];                  /* in this round: see segments_begin */
};

/* A round: descriptors that were asked for since then are not given up. */
void segments_begin(struct segments *s);
/* The selector of an entry with this descriptor, 0 when the child was lost. */
uint16_t segments_selector(struct segments *s, struct child *c, const struct x86_descriptor *d);

#endif
