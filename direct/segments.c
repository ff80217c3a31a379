/* Segments of a guest as descriptors in the child's LDT: entries are kept, because a guest loads the same few again and again. */
#include "segments.h"

#include <string.h>

static bool same(const struct x86_descriptor *a, const struct x86_descriptor *b) {
    return a->base == b->base && a->limit == b->limit && a->in_pages == b->in_pages && a->type == b->type && a->code_or_data == b->code_or_data &&
           a->dpl == b->dpl && a->present == b->present && a->wide == b->wide;
}

void segments_begin(struct segments *s) { memset(s->used, 0, sizeof s->used); }

uint16_t segments_selector(struct segments *s, struct child *c, const struct x86_descriptor *d) {
    unsigned entry = 1;
    while (entry < SEGMENT_ENTRIES && !same(&s->entries[entry], d)) {
        entry++;
    }
    if (entry == SEGMENT_ENTRIES) {
        do {
            s->next = s->next % (SEGMENT_ENTRIES - 1) + 1;
        } while (s->used[s->next] != 0);
        entry = s->next;
        s->entries[entry].present = 0;
        if (!child_descriptor(c, entry, d)) {
            return 0;
        }
        s->entries[entry] = *d;
    }
    s->used[entry] = 1;
    return (uint16_t)(entry << 3 | 7); /* of the LDT, RPL 3 */
}
