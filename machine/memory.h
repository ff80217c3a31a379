/* The physical memory of the bare machine. */
#ifndef POPEK_MACHINE_MEMORY_H
#define POPEK_MACHINE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE_4K 4096u

struct memory {
    uint8_t *bytes;
    uint32_t size;        /* in bytes, a multiple of 4096 */
    uint32_t *generation; /* by page: counts changes to pages that instructions were decoded from */
    uint8_t *has_code;    /* by page: instructions of it are kept decoded */
};

/* Zeroed memory; false: out of memory. */
bool memory_make(struct memory *m, uint32_t size);
void memory_drop(struct memory *m);
/* Physical accesses of any size and alignment. What is beyond the memory reads as ones and cannot be written, as an empty bus. */
void memory_read(const struct memory *m, uint32_t physical, void *to, uint32_t size);
void memory_write(struct memory *m, uint32_t physical, const void *from, uint32_t size);

/* Before a change of bytes in a page: what was decoded from it is void. */
static inline void memory_touch(struct memory *m, uint32_t page) {
    if (m->has_code[page] != 0) {
        m->has_code[page] = 0;
        m->generation[page]++;
    }
}

#endif
