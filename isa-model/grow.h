/* Arrays that grow by one element at a time. */
#ifndef POPEK_GROW_H
#define POPEK_GROW_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Room for one more element of `size` bytes behind `count` of them: `array` (NULL if nothing was asked for yet), or what realloc made of it, with the
 * new capacity in `*capacity`. NULL: memory is exhausted, and array and capacity are as they were. */
static inline void *array_grow(void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) {
        return array;
    }
    size_t more = *capacity == 0 ? 64 : 2 * *capacity;
    void *larger = more > SIZE_MAX / size ? NULL : realloc(array, more * size);
    *capacity = larger == NULL ? *capacity : more;
    return larger;
}

#endif
