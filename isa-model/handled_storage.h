/* What the arrays of a virtual processor show of those of the machine (struct handler_array). */
#ifndef POPEK_HANDLED_STORAGE_H
#define POPEK_HANDLED_STORAGE_H

#include "emitted_handlers.h"
#include "emitted_storage.h"

/* Element `k` of a list of the machine, as far as the virtual processor has it. */
static inline uint64_t handled_value(const struct handler_array *part, const struct emitted_component *c, const struct emitted_array *from,
                                     uint32_t k) {
    return (uint64_t)(emitted_value(c, from, k) >> part->low);
}

/* The first `most` elements of `from`, of component `c`, which `part` is about, written to `index` and `value`; the result points to them. */
static inline struct handled_array handled_part(const struct handler_array *part, const struct emitted_component *c, const struct emitted_array *from,
                                                uint64_t *index, uint64_t *value, uint32_t most) {
    uint32_t count = from->count < most ? from->count : most;
    for (uint32_t k = 0; k < count; k++) {
        index[k] = (uint64_t)emitted_index(c, from, k);
        value[k] = handled_value(part, c, from, k);
    }
    return (struct handled_array){count, index, value};
}

#endif
