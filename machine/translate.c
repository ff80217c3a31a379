/* Paging: from linear to physical addresses, with entries of 32 bits and with those of PAE, and accesses at linear addresses. SDM vol. 3A, chapter 5.
 */
#include "processor.h"

#include "page_directory_pointers.h"

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
#define ERROR_RESERVED 8u

/* Reserved bits: SDM vol. 3A, 5.3, 5.4.2, tables 5-4 and 5-10, on a processor with physical addresses of 36 bits (CPUID, arrays.c), without PSE-36
 * and without IA32_EFER.NXE. */
#define RESERVED_IN_4M 0x003FE000u
#define RESERVED_IN_PAE (~((UINT64_C(1) << PHYSICAL_BITS) - 1))
#define RESERVED_IN_2M UINT64_C(0x001FE000)
#define PAE_ADDRESS (((UINT64_C(1) << PHYSICAL_BITS) - 1) & ~UINT64_C(0xFFF))

void forget_translations(struct processor *p) {
    for (unsigned i = 0; i < TRANSLATIONS; i++) {
        p->translations[i].page = UINT32_MAX;
    }
    p->translations_seen = p->state.translation_cache;
    p->root_seen = p->state.cr3;
}

void forget_translation(struct processor *p, uint32_t linear) { p->translations[(linear >> 12) % TRANSLATIONS].page = UINT32_MAX; }

/* `cause`: ERROR_PROTECTION and ERROR_RESERVED. */
static bool page_fault(uint32_t linear, enum access access, bool user, uint32_t cause, struct fault *fault) {
    uint32_t error = cause | (access == ACCESS_WRITE ? ERROR_WRITE : 0u) | (user ? ERROR_USER : 0u);
    *fault = (struct fault){VECTOR_PAGE, true, false, error, linear};
    return false;
}

/* An entry of a paging structure. */
struct entry {
    uint64_t at, value;
    uint32_t bytes;
};

static struct entry read_entry(const struct processor *p, uint64_t table, uint32_t index, uint32_t bytes) {
    struct entry e = {table + (uint64_t)index * bytes, 0, bytes};
    if (e.at < p->memory->size) {
        memory_read(p->memory, (uint32_t)e.at, &e.value, bytes);
    } else {
        e.value = bytes == 4 ? UINT32_MAX : UINT64_MAX; /* an empty bus */
    }
    return e;
}

/* Sets flags of an entry that are not set yet. */
static void mark_entry(struct processor *p, const struct entry *e, uint32_t flags) {
    if ((e->value & flags) != flags && e->at < p->memory->size) {
        uint64_t value = e->value | flags;
        if (p->memory->log != NULL) {
            p->memory->log->quiet = true;
        }
        memory_write(p->memory, (uint32_t)e->at, &value, e->bytes);
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

/* What a walk has found: the entry that maps the page, and the one above it unless that is the same. */
struct walk {
    struct entry directory, page;
    bool large;
    uint64_t reserved, physical; /* bits of `page` that must be 0; where it maps the page of 4 KiB to */
};

/* SDM vol. 3A, 5.3. False: an entry is not present. */
static bool walk_32(const struct processor *p, uint32_t linear, struct walk *w) {
    w->page = w->directory = read_entry(p, (uint32_t)p->state.cr3 & ~0xFFFu, linear >> 22, 4);
    if ((w->directory.value & ENTRY_PRESENT) == 0) {
        return false;
    }
    w->large = (w->directory.value & ENTRY_LARGE) != 0 && p->state.cr4_pse != 0;
    w->reserved = w->large ? RESERVED_IN_4M : 0;
    if (!w->large) {
        w->page = read_entry(p, w->directory.value & ~UINT64_C(0xFFF), linear >> 12 & 0x3FF, 4);
    }
    uint64_t frame = w->page.value;
    w->physical = w->large ? (frame & 0xFFC00000u) | (linear & 0x3FF000u) : frame & ~UINT64_C(0xFFF);
    return (w->page.value & ENTRY_PRESENT) != 0;
}

/* SDM vol. 3A, 5.4. */
static bool walk_pae(const struct processor *p, uint32_t linear, struct walk *w) {
    uint64_t table = 0;
    if (!page_directory_pointer(p->state.pdpte, linear >> 30, &table)) {
        return false;
    }
    w->page = w->directory = read_entry(p, table, linear >> 21 & 0x1FF, 8);
    if ((w->directory.value & ENTRY_PRESENT) == 0) {
        return false;
    }
    w->large = (w->directory.value & ENTRY_LARGE) != 0;
    w->reserved = RESERVED_IN_PAE | (w->large ? RESERVED_IN_2M : 0);
    if (!w->large && (w->directory.value & w->reserved) == 0) { /* otherwise the directory's entry is what faults */
        w->page = read_entry(p, w->directory.value & PAE_ADDRESS, linear >> 12 & 0x1FF, 8);
    }
    uint64_t frame = w->page.value & PAE_ADDRESS;
    w->physical = w->large ? (frame & ~UINT64_C(0x1FFFFF)) | (linear & 0x1FF000u) : frame;
    return (w->page.value & ENTRY_PRESENT) != 0;
}

/* False after a fault. */
static bool walk(struct processor *p, uint32_t linear, enum access access, bool user, uint64_t *physical, uint32_t *rights, struct fault *fault) {
    const struct x86 *s = &p->state;
    struct walk w;
    if (s->cr0_pg == 0) {
        *physical = linear & ~0xFFFu;
        *rights = 0x77;
        return true;
    }
    bool present = s->cr4_pae != 0 ? walk_pae(p, linear, &w) : walk_32(p, linear, &w);
    if (!present) {
        return page_fault(linear, access, user, 0, fault);
    }
    if ((w.page.value & w.reserved) != 0) {
        return page_fault(linear, access, user, ERROR_PROTECTION | ERROR_RESERVED, fault);
    }
    *rights = rights_of(s, (uint32_t)(w.directory.value & w.page.value));
    *rights = p->ignores_rights ? 0x77 : *rights;
    if (((user ? *rights >> 4 : *rights) & access) == 0) {
        return page_fault(linear, access, user, ERROR_PROTECTION, fault);
    }
    mark_entry(p, &w.directory, ENTRY_ACCESSED);
    w.page.value |= w.large ? ENTRY_ACCESSED : 0;
    mark_entry(p, &w.page, ENTRY_ACCESSED | (access == ACCESS_WRITE ? ENTRY_DIRTY : 0u));
    bool dirty = access == ACCESS_WRITE || (w.page.value & ENTRY_DIRTY) != 0;
    *rights &= dirty ? 0x77u : ~((uint32_t)ACCESS_WRITE | (uint32_t)ACCESS_WRITE << 4); /* the first write walks again */
    *physical = w.physical;
    return true;
}

const struct translation *translate(struct processor *p, uint32_t linear, enum access access, bool user, struct fault *fault) {
    uint32_t page = linear >> 12;
    struct translation *t = &p->translations[page % TRANSLATIONS];
    if (t->page == page && ((user ? t->rights >> 4 : t->rights) & access) != 0) {
        p->moved = p->moved || t->moved;
        return t;
    }
    uint64_t physical = 0;
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
