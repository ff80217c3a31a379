/* Sensitive memory: a byte of kinds for every eight bytes of memory, and a table of the instructions that touch it. */
#include "memory_profile.h"

#include "computer_internal.h"
#include "memory_watch.h"

#include <stdlib.h>

#define GRAIN 8u
#define ENTRIES 1024u /* of a page table, SDM vol. 3A, 5.3 */
#define ENTRY_PRESENT 1u
#define ENTRY_LARGE 0x80u
#define VIDEO_FIRST 0xA0000u /* SDM vol. 3A, 12.11.2.2: the fixed-range MTRRs of a PC's video memory */
#define VIDEO_END 0xC0000u

struct memory_profile {
    uint8_t *kinds; /* by GRAIN bytes of physical memory */
    uint32_t size;
    struct memory_site *slots; /* open addressing; kinds 0: empty */
    size_t count, capacity;
    bool exhausted;
    /* What was seen last of the tables, while they are collected. */
    uint64_t root, flushes;
    uint64_t bases[4];
    uint32_t limits[4];
};

const char *memory_kind_name(enum memory_kind k) {
    return k == MEMORY_PAGE_TABLE ? "page-table" : k == MEMORY_DESCRIPTOR_TABLE ? "descriptor-table" : "device";
}

struct memory_profile *memory_profile_new(uint32_t memory_size) {
    struct memory_profile *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->size = memory_size;
        m->capacity = 1024;
        m->kinds = calloc(memory_size / GRAIN + 1, 1);
        m->slots = calloc(m->capacity, sizeof *m->slots);
        m->root = UINT64_MAX;
    }
    if (m != NULL && (m->kinds == NULL || m->slots == NULL)) {
        memory_profile_free(m);
        m = NULL;
    }
    return m;
}

void memory_profile_free(struct memory_profile *m) {
    if (m != NULL) {
        free(m->kinds);
        free(m->slots);
        free(m);
    }
}

/* ---- what is sensitive ------------------------------------------------------------------------------------------------------------------------- */

static void mark(struct memory_profile *m, uint64_t physical, uint64_t size, enum memory_kind kind) {
    for (uint64_t at = physical / GRAIN; size > 0 && at <= (physical + size - 1) / GRAIN && at * GRAIN < m->size; at++) {
        m->kinds[at] |= (uint8_t)kind;
    }
}

static void mark_page_tables(struct memory_profile *m, const struct computer *c) {
    const struct x86 *s = &c->processor.state;
    uint32_t root = (uint32_t)s->cr3 & ~(PAGE_SIZE_4K - 1);
    if (s->cr0_pg == 0) {
        return;
    }
    mark(m, root, PAGE_SIZE_4K, MEMORY_PAGE_TABLE);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint32_t entry = 0;
        memory_read(&c->memory, root + 4 * i, &entry, sizeof entry);
        if ((entry & ENTRY_PRESENT) != 0 && ((entry & ENTRY_LARGE) == 0 || s->cr4_pse == 0)) {
            mark(m, entry & ~(PAGE_SIZE_4K - 1), PAGE_SIZE_4K, MEMORY_PAGE_TABLE);
        }
    }
}

/* A table lies at linear addresses; what is not mapped yet cannot be touched either. */
static void mark_table(struct memory_profile *m, struct computer *c, uint32_t base, uint32_t limit) {
    for (uint64_t at = base; at <= (uint64_t)base + limit && at <= UINT32_MAX;) {
        struct fault fault;
        uint64_t next = (at / PAGE_SIZE_4K + 1) * PAGE_SIZE_4K;
        uint64_t end = (uint64_t)base + limit + 1 < next ? (uint64_t)base + limit + 1 : next;
        const struct translation *t = translate(&c->processor, (uint32_t)at, ACCESS_READ, false, &fault);
        if (t != NULL && t->host != NULL) {
            mark(m, (uint64_t)(t->host - c->memory.bytes) + at % PAGE_SIZE_4K, end - at, MEMORY_DESCRIPTOR_TABLE);
        }
        at = end;
    }
}

static void collect(struct memory_profile *m, struct computer *c) {
    const struct x86 *s = &c->processor.state;
    bool paging_changed = s->cr0_pg != 0 && (s->cr3 != m->root || s->translation_cache != m->flushes);
    if (paging_changed) {
        m->root = s->cr3;
        m->flushes = s->translation_cache;
        mark_page_tables(m, c);
    }
    const uint64_t bases[4] = {s->gdtr_base, s->idtr_base, s->ldtr_base, s->tr_base};
    const uint32_t limits[4] = {s->gdtr_limit, s->idtr_limit, s->ldtr_limit, s->tr_limit};
    for (unsigned i = 0; i < 4 && s->pe != 0; i++) {
        if (bases[i] != m->bases[i] || limits[i] != m->limits[i] || (paging_changed && bases[i] != 0)) {
            m->bases[i] = bases[i];
            m->limits[i] = limits[i];
            if (bases[i] != 0) { /* not loaded yet: what a reset leaves */
                mark_table(m, c, (uint32_t)bases[i], limits[i]);
            }
        }
    }
}

enum computer_end memory_profile_collect(struct memory_profile *m, struct computer *c, uint64_t instructions) {
    enum computer_end end = COMPUTER_RUNNING;
    mark(m, VIDEO_FIRST, VIDEO_END - VIDEO_FIRST, MEMORY_DEVICE);
    for (uint64_t i = 0; i < instructions && end == COMPUTER_RUNNING; i++) {
        end = computer_step(c);
        collect(m, c);
    }
    mark_page_tables(m, c); /* tables that were added since */
    return end;
}

/* ---- who touches it ---------------------------------------------------------------------------------------------------------------------------- */

static struct memory_site *slot_of(struct memory_site *slots, size_t capacity, uint32_t address) {
    size_t at = (size_t)(address * 2654435761u) % capacity;
    while (slots[at].kinds != 0 && slots[at].address != address) {
        at = (at + 1) % capacity;
    }
    return &slots[at];
}

static bool grow(struct memory_profile *m) {
    size_t capacity = m->capacity * 2;
    struct memory_site *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < m->capacity; i++) {
        if (m->slots[i].kinds != 0) {
            *slot_of(slots, capacity, m->slots[i].address) = m->slots[i];
        }
    }
    free(m->slots);
    m->slots = slots;
    m->capacity = capacity;
    return true;
}

void memory_profile_watch(struct memory_profile *m, struct computer *c) { c->processor.profile = m; }

void memory_watch(struct processor *p, uint32_t linear, const struct location *place, bool user) {
    struct memory_profile *m = p->profile;
    struct fault fault;
    bool writes = (place->direction & 2) != 0;
    const struct translation *t = translate(p, linear, writes ? ACCESS_WRITE : ACCESS_READ, user, &fault);
    if (t == NULL) {
        return;
    }
    unsigned kinds = t->host == NULL ? (unsigned)MEMORY_DEVICE : 0;
    uint64_t physical = t->host == NULL ? 0 : (uint64_t)(t->host - p->memory->bytes) + linear % PAGE_SIZE_4K;
    for (uint64_t at = physical / GRAIN; t->host != NULL && at <= (physical + place->bytes - 1) / GRAIN && at * GRAIN < m->size; at++) {
        kinds |= m->kinds[at];
    }
    if (kinds == 0) {
        return;
    }
    if (m->count * 2 >= m->capacity && !grow(m)) {
        m->exhausted = true;
        return;
    }
    uint32_t address = (uint32_t)(p->state.cs_base + p->state.rip);
    struct memory_site *site = slot_of(m->slots, m->capacity, address);
    m->count += site->kinds == 0 ? 1 : 0;
    site->address = address;
    site->kinds |= kinds;
    site->reads += (place->direction & 1) != 0 ? 1 : 0;
    site->writes += writes ? 1 : 0;
}

static int by_address(const void *a, const void *b) {
    const struct memory_site *x = a;
    const struct memory_site *y = b;
    if ((x->kinds == 0) != (y->kinds == 0)) {
        return x->kinds == 0 ? 1 : -1;
    }
    return x->address < y->address ? -1 : x->address > y->address ? 1 : 0;
}

const struct memory_site *memory_profile_sites(struct memory_profile *m, size_t *count, bool *complete) {
    qsort(m->slots, m->capacity, sizeof *m->slots, by_address);
    *count = m->count;
    *complete = !m->exhausted;
    return m->slots;
}
