/* How the emitted state and the arrays of a caller hold a value of a width (struct emitted_component): read and written by whoever has only the
 * table. */
#ifndef POPEK_EMITTED_STORAGE_H
#define POPEK_EMITTED_STORAGE_H

#include "emitted.h"

#include <string.h>

/* The bytes of the smallest integer type that holds `width` bits (1 to 128). */
static inline size_t emitted_bytes(unsigned width) { return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : width <= 64 ? 8 : 16; }

/* Integers as the machine that this runs on stores them; x86 and its like are little-endian. `from` and `to` need no alignment. */
static inline word128 emitted_load(const void *from, unsigned width) {
    word128 value = 0;
    memcpy(&value, from, emitted_bytes(width));
    return value;
}
static inline void emitted_store(void *to, unsigned width, word128 value) { memcpy(to, &value, emitted_bytes(width)); }

/* Where element `index` of a component that lies in the state (EMITTED_IN_STATE) is, in bytes from its beginning. */
static inline size_t emitted_place(const struct emitted_component *c, size_t index) { return c->offset + index * emitted_bytes(c->width); }

/* Element `k` of a list of the caller: its index, and its value. */
static inline word128 emitted_index(const struct emitted_component *c, const struct emitted_array *a, uint32_t k) {
    return emitted_load((const unsigned char *)a->index + k * emitted_bytes(c->index_width), c->index_width);
}
static inline word128 emitted_value(const struct emitted_component *c, const struct emitted_array *a, uint32_t k) {
    return emitted_load((const unsigned char *)a->value + k * emitted_bytes(c->width), c->width);
}
/* `k` is less than the capacity of the list. */
static inline void emitted_list(const struct emitted_component *c, struct emitted_array *a, uint32_t k, word128 index, word128 value) {
    emitted_store((unsigned char *)a->index + k * emitted_bytes(c->index_width), c->index_width, index);
    emitted_store((unsigned char *)a->value + k * emitted_bytes(c->width), c->width, value);
}

#endif
