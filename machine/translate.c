/* Paging: from linear to physical addresses with 4 KiB and 4 MiB pages, and accesses at linear addresses. SDM vol. 3A, chapter 5. */
#include "processor.h"

#define ENTRY_PRESENT 0x01u
#define ENTRY_WRITABLE 0x02u
#define ENTRY_USER 0x04u
#define ENTRY_ACCESSED 0x20u
#define ENTRY_DIRTY 0x40u
#define ENTRY_LARGE 0x80u

/* Page-fault error code: SDM vol. 3A, 5.7. */
#define ERROR_PROTECTION 1u
#define ERROR_WRITE 2u
#define ERROR_USER 4u

void forget_translations(struct processor *p) {
    for (unsigned i = 0; i < TRANSLATIONS; i++) {
        p->translations[i].page = UINT32_MAX;
    }
    p->translations_seen = p->state.translation_cache;
    p->root_seen = p->state.cr3;
}

void forget_translation(struct processor *p, uint32_t linear) { p->translations[(linear >> 12) % TRANSLATIONS].page = UINT32_MAX; }

static bool page_fault(uint32_t linear, enum access access, bool user, bool present, struct fault *fault) {
    uint32_t error = (present ? ERROR_PROTECTION : 0u) | (access == ACCESS_WRITE ? ERROR_WRITE : 0u) | (user ? ERROR_USER : 0u);
    *fault = (struct fault){VECTOR_PAGE, true, false, error, linear};
    return false;
}

static uint32_t read_entry(const struct processor *p, uint32_t physical) {
    uint32_t entry = 0;
    memory_read(p->memory, physical, &entry, sizeof entry);
    return entry;
}

/* Sets flags of an entry that are not set yet. */
static void mark_entry(struct processor *p, uint32_t physical, uint32_t entry, uint32_t flags) {
    if ((entry & flags) != flags) {
        entry |= flags;
        if (p->memory->log != NULL) {
            p->memory->log->quiet = true;
        }
        memory_write(p->memory, physical, &entry, sizeof entry);
        if (p->memory->log != NULL) {
            p->memory->log->quiet = false;
        }
    }
}

/* Rights that U/S, R/W and CR0.WP give: SDM vol. 3A, 5.6.1. */
static uint32_t rights_of(const struct x86 *s, uint32_t both) {
    bool user = (both & ENTRY_USER) != 0;
    bool writable = (both & ENTRY_WRITABLE) != 0;
    uint32_t supervisor = ACCESS_READ | ACCESS_FETCH | (writable || s->cr0_wp == 0 ? (uint32_t)ACCESS_WRITE : 0u);
    uint32_t of_user = user ? ACCESS_READ | ACCESS_FETCH | (writable ? (uint32_t)ACCESS_WRITE : 0u) : 0u;
    return supervisor | of_user << 4;
}

/* The walk: SDM vol. 3A, 5.3 (32-bit paging). False after a fault. */
static bool walk(struct processor *p, uint32_t linear, enum access access, bool user, uint32_t *physical, uint32_t *rights, struct fault *fault) {
    const struct x86 *s = &p->state;
    if (s->cr0_pg == 0) {
        *physical = linear & ~0xFFFu;
        *rights = 0x77;
        return true;
    }
    uint32_t directory_at = ((uint32_t)s->cr3 & ~0xFFFu) + (linear >> 22) * 4;
    uint32_t directory = read_entry(p, directory_at);
    if ((directory & ENTRY_PRESENT) == 0) {
        return page_fault(linear, access, user, false, fault);
    }
    bool large = (directory & ENTRY_LARGE) != 0 && s->cr4_pse != 0;
    uint32_t entry_at = large ? directory_at : (directory & ~0xFFFu) + ((linear >> 12) & 0x3FF) * 4;
    uint32_t entry = large ? directory : read_entry(p, entry_at);
    if ((entry & ENTRY_PRESENT) == 0) {
        return page_fault(linear, access, user, false, fault);
    }
    *rights = rights_of(s, directory & entry);
    *rights = p->ignores_rights ? 0x77 : *rights;
    if (((user ? *rights >> 4 : *rights) & access) == 0) {
        return page_fault(linear, access, user, true, fault);
    }
    mark_entry(p, directory_at, directory, ENTRY_ACCESSED);
    mark_entry(p, entry_at, large ? entry | ENTRY_ACCESSED : entry, ENTRY_ACCESSED | (access == ACCESS_WRITE ? ENTRY_DIRTY : 0u));
    bool dirty = access == ACCESS_WRITE || (entry & ENTRY_DIRTY) != 0;
    *rights &= dirty ? 0x77u : ~((uint32_t)ACCESS_WRITE | (uint32_t)ACCESS_WRITE << 4); /* the first write walks again */
    *physical = large ? (entry & 0xFFC00000u) | (linear & 0x3FF000u) : entry & ~0xFFFu;
    return true;
}

const struct translation *translate(struct processor *p, uint32_t linear, enum access access, bool user, struct fault *fault) {
    uint32_t page = linear >> 12;
    struct translation *t = &p->translations[page % TRANSLATIONS];
    if (t->page == page && ((user ? t->rights >> 4 : t->rights) & access) != 0) {
        p->moved = p->moved || t->moved;
        return t;
    }
    uint32_t physical = 0;
    uint32_t rights = 0;
    if (!walk(p, linear, access, user, &physical, &rights, fault)) {
        return NULL;
    }
    bool moved = physical >> 12 != page;
    *t = (struct translation){page, rights, physical < p->memory->size ? p->memory->bytes + physical : NULL, moved};
    p->moved = p->moved || moved;
    return t;
}

static uint32_t part_of_page(uint32_t linear, uint32_t size) {
    uint32_t room = PAGE_SIZE_4K - linear % PAGE_SIZE_4K;
    return size < room ? size : room;
}

bool linear_read(struct processor *p, uint32_t linear, void *to, uint32_t size, bool user, struct fault *fault) {
    for (uint32_t done = 0; done < size;) {
        uint32_t part = part_of_page(linear + done, size - done);
        const struct translation *t = translate(p, linear + done, ACCESS_READ, user, fault);
        if (t == NULL) {
            return false;
        }
        if (t->host != NULL) {
            memcpy((uint8_t *)to + done, t->host + (linear + done) % PAGE_SIZE_4K, part);
        } else {
            memset((uint8_t *)to + done, 0xFF, part);
        }
        done += part;
    }
    return true;
}

bool linear_writable(struct processor *p, uint32_t linear, uint32_t size, bool user, struct fault *fault) {
    for (uint32_t done = 0; done < size; done += part_of_page(linear + done, size - done)) {
        if (translate(p, linear + done, ACCESS_WRITE, user, fault) == NULL) {
            return false;
        }
    }
    return true;
}

bool linear_write(struct processor *p, uint32_t linear, const void *from, uint32_t size, bool user, struct fault *fault) {
    if (size > part_of_page(linear, size) && !linear_writable(p, linear, size, user, fault)) {
        return false;
    }
    for (uint32_t done = 0; done < size;) {
        uint32_t part = part_of_page(linear + done, size - done);
        const struct translation *t = translate(p, linear + done, ACCESS_WRITE, user, fault);
        if (t == NULL) {
            return false;
        }
        if (t->host != NULL) {
            memory_touch(p->memory, (uint32_t)(t->host - p->memory->bytes) + (linear + done) % PAGE_SIZE_4K, part);
            memcpy(t->host + (linear + done) % PAGE_SIZE_4K, (const uint8_t *)from + done, part);
        }
        done += part;
    }
    return true;
}
