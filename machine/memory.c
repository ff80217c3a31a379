/* The physical memory of the bare machine. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

bool memory_make(struct memory *m, uint32_t size) {
    uint32_t pages = size / PAGE_SIZE_4K;
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); /* hypervisors want whole pages */
    *m = (struct memory){bytes == MAP_FAILED ? NULL : bytes, size, calloc(pages, sizeof *m->generation), calloc(pages, 1), 0, NULL};
    if (m->bytes == NULL || m->generation == NULL || m->has_code == NULL) {
        memory_drop(m);
        return false;
    }
    return true;
}

void memory_drop(struct memory *m) {
    if (m->bytes != NULL) {
        (void)munmap(m->bytes, m->size);
    }
    free(m->generation);
    free(m->has_code);
    *m = (struct memory){NULL, 0, NULL, NULL, 0, NULL};
}

void memory_read(const struct memory *m, uint32_t physical, void *to, uint32_t size) {
    uint8_t *bytes = to;
    for (uint32_t i = 0; i < size; i++) {
        uint64_t at = (uint64_t)physical + i;
        bytes[i] = at < m->size ? m->bytes[at] : 0xFF;
    }
}

void memory_write(struct memory *m, uint32_t physical, const void *from, uint32_t size) {
    const uint8_t *bytes = from;
    for (uint32_t i = 0; i < size; i++) {
        uint64_t at = (uint64_t)physical + i;
        if (at < m->size) {
            memory_touch(m, (uint32_t)at, 1);
            m->bytes[at] = bytes[i];
        }
    }
}
