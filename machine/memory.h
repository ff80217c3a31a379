/* The physical memory of the bare machine. */
#ifndef POPEK_MACHINE_MEMORY_H
#define POPEK_MACHINE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE_4K 4096u

struct memory {
    uint8_t *bytes;
    uint32_t size;         /* in bytes, a multiple of 4096 */
    uint32_t *generation;  /* by page: counts changes to pages that instructions were decoded from */
    uint8_t *has_code;     /* by page: instructions of it are kept decoded */
    uint32_t epoch;        /* is added to all generations: counts changes of the whole memory */
    struct write_log *log; /* NULL: writes are not noted */
};
/* Which bytes were written, for who compares two memories. */
#define LOGGED_WRITES 256u
struct write_log {
    uint32_t physical[LOGGED_WRITES], size[LOGGED_WRITES];
    uint32_t count; /* may be larger: the rest was not written down */
    bool quiet;     /* flags of page tables are written now, which every processor does when it likes */
    bool flags[LOGGED_WRITES];
};

/* Zeroed memory; false: out of memory. */
bool memory_make(struct memory *m, uint32_t size);
void memory_drop(struct memory *m);
/* Physical accesses of any size and alignment. What is beyond the memory reads as ones and cannot be written, as an empty bus. */
void memory_read(const struct memory *m, uint32_t physical, void *to, uint32_t size);
void memory_write(struct memory *m, uint32_t physical, const void *from, uint32_t size);

/* Before a change of bytes, which lie in one page: what was decoded from it is void. */
static inline void memory_touch(struct memory *m, uint32_t physical, uint32_t size) {
    uint32_t page = physical / PAGE_SIZE_4K;
    if (m->log != 0) {
        uint32_t at = m->log->count++;
        if (at < LOGGED_WRITES) {
            m->log->physical[at] = physical;
            m->log->size[at] = size;
            m->log->flags[at] = m->log->quiet;
        }
    }
    if (m->has_code[page] != 0) {
        m->has_code[page] = 0;
        m->generation[page]++;
    }
}

#endif
