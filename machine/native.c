/* The machine and the child of direct execution. Guest page tables are shadowed: a page is mapped for the child when it is first used, with the
 * rights that the walk of translate.c gives at this privilege level. */
#include "native.h"

#include "host_code.h"

#include "../direct/kind_table.h"

#include <stdlib.h>

#define WINDOW_BITS 30u /* of linear addresses: the guest is seen through a window of 1 GiB at a time, the one that EIP lies in */

static bool map_pages(struct native *n, uint32_t first, uint32_t count, uint32_t frame, bool writable) {
    n->lost = n->lost || !direct_map(n->direct, n->first / DIRECT_PAGE + first, count, frame, writable);
    return !n->lost;
}

static void unmap_all(struct native *n) {
    if (n->lowest < n->beyond) {
        (void)map_pages(n, n->lowest, n->beyond - n->lowest, DIRECT_NO_FRAME, false);
        memset(n->mapped + n->lowest, MAPPED_NOT, n->beyond - n->lowest);
    }
    n->lowest = n->linear_pages;
    n->beyond = 0;
}

static void map_all(struct native *n) {
    if (n->first == 0) {
        (void)map_pages(n, 0, n->frames, 0, true);
        n->lowest = 0;
        n->beyond = n->frames;
    }
}

/* The window follows EIP. */
static void move_window(struct native *n) {
    const struct x86 *s = &n->computer->processor.state;
    uint32_t first = ((uint32_t)s->cs_base + (uint32_t)s->rip) >> WINDOW_BITS << WINDOW_BITS;
    if (first != n->first) {
        unmap_all(n);
        n->lost = n->lost || !direct_begin_at(n->direct, first);
        n->first = first;
        if (!n->paging) {
            map_all(n);
        }
    }
}

/* Without paging all memory is where it is; with it nothing is mapped until it is used. */
static void update_shadow(struct native *n) {
    const struct x86 *s = &n->computer->processor.state;
    bool paging = s->cr0_pg != 0;
    bool stale = n->root != s->cr3 || n->flushes != s->translation_cache || n->user != (s->cpl == 3) || n->protects != (s->cr0_wp != 0);
    if (paging != n->paging || (paging && stale)) {
        unmap_all(n);
    }
    if (!paging && n->paging) {
        map_all(n);
    }
    n->paging = paging;
    n->root = s->cr3;
    n->flushes = s->translation_cache;
    n->user = s->cpl == 3;
    n->protects = s->cr0_wp != 0;
}

/* Maps the page that an access needs; false when the guest's own tables do not give it, or the machine has to look. */
static bool map_missing(struct native *n, uint32_t linear, bool code) {
    struct processor *p = &n->computer->processor;
    struct fault fault;
    uint32_t page = (linear - n->first) / DIRECT_PAGE;
    if (!n->paging || page >= n->linear_pages || n->mapped[page] == MAPPED_WRITABLE || (code && n->mapped[page] != MAPPED_NOT)) {
        return false;
    }
    enum access access = n->mapped[page] == MAPPED_NOT ? (code ? ACCESS_FETCH : ACCESS_READ) : ACCESS_WRITE;
    const struct translation *t = translate(p, linear, access, n->user, &fault);
    if (t == NULL || t->host == NULL) {
        return false;
    }
    bool writable = ((n->user ? t->rights >> 4 : t->rights) & ACCESS_WRITE) != 0;
    n->mapped[page] = writable ? MAPPED_WRITABLE : MAPPED_READ_ONLY;
    n->shadowed++;
    n->lowest = page < n->lowest ? page : n->lowest;
    n->beyond = page >= n->beyond ? page + 1 : n->beyond;
    return map_pages(n, page, 1, (uint32_t)(t->host - p->memory->bytes) / DIRECT_PAGE, writable);
}

static void give_state(struct native *n) {
    const struct computer *c = n->computer;
    const struct x86 *state = &c->processor.state;
    struct segment_state segments[SEGMENT_COUNT];
    struct direct_state s;
    computer_segments(c, segments);
    for (unsigned i = 0; i < 8; i++) {
        s.general[i] = general_register(state, i);
    }
    s.eip = (uint32_t)state->rip;
    s.eflags = (uint32_t)computer_flags(c);
    s.alignment_checks = state->cpl == 3 && state->cr0_am != 0;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        const struct segment_state *g = &segments[i];
        s.segments[i] = (struct direct_segment){(uint32_t)g->base, g->limit, g->type, g->db != 0, g->usable != 0};
    }
    direct_set_state(n->direct, &s);
}

/* Segment registers do not change: their loads are sensitive, and the machine's. */
void native_take(struct native *n) {
    struct x86 *state = &n->computer->processor.state;
    struct direct_state s;
    direct_get_state(n->direct, &s);
    for (unsigned i = 0; i < 8; i++) {
        uint64_t value = s.general[i];
        memcpy((uint8_t *)&state->rax + i * sizeof value, &value, sizeof value);
    }
    state->rip = s.eip;
    computer_set_flags(n->computer, s.eflags);
    n->computer->memory.epoch++; /* the guest may have written to code */
}

/* ---- x87 and SSE --------------------------------------------------------------------------------------------------------------------------------
 */

/* In the image of the child the pointers to the last x87 instruction are 64 bits wide. */
#define AT_SELECTORS(first) ((first) + 4)
static void clear_selectors(uint8_t image[AREA_BYTES]) {
    memset(image + AT_SELECTORS(8), 0, 4);
    memset(image + AT_SELECTORS(16), 0, 4);
}

static void fetch_vectors(void *context, struct processor *p) {
    struct native *n = context;
    uint8_t image[DIRECT_VECTOR_BYTES];
    if (n->vectors_in_child) {
        n->lost = n->lost || !direct_get_vectors(n->direct, image);
        clear_selectors(image);
        vectors_from_image(&p->state, &p->vectors, image);
        n->vectors_in_child = false;
    }
}

static void send_vectors(struct native *n) {
    uint8_t image[DIRECT_VECTOR_BYTES];
    if (!n->vectors_in_child) {
        vectors_to_image(&n->computer->processor, image);
        clear_selectors(image);
        n->lost = n->lost || !direct_set_vectors(n->direct, image);
        n->vectors_in_child = true;
    }
}

static enum native_level level_of(const struct x86 *s) {
    if (s->cr0_em != 0 || s->cr0_ts != 0) {
        return LEVEL_NONE;
    }
    return s->cr4_osfxsr != 0 && s->cr4_osxmmexcpt != 0 && s->cr0_ne != 0 ? LEVEL_SSE : s->cr0_ne != 0 ? LEVEL_X87 : LEVEL_NONE;
}

static void use_level(struct native *n, enum native_level level) {
    n->level = level;
    n->lost = n->lost || !direct_use_kinds(n->direct, n->kinds32[level], n->kinds16[level]);
}

/* The instruction that came back may run after all, since the guest has enabled what it looks at. */
static bool open_gates(struct native *n, const struct direct_event *event) {
    enum native_level level = level_of(&n->computer->processor.state);
    if (event->stop != DIRECT_INSTRUCTION || !event->is_decoded || level <= n->level) {
        return false;
    }
    const uint8_t *kinds = event->decoded.mode == MATCHER_PROTECTED ? n->kinds32[level] : n->kinds16[level];
    if (kinds[event->decoded.form] != DIRECT_NATIVE) {
        return false;
    }
    use_level(n, level);
    return true;
}

bool native_go_on(struct native *n, const struct direct_event *event) {
    const struct x86 *s = &n->computer->processor.state;
    bool page_fault = event->stop == DIRECT_TRAP && event->vector == VECTOR_PAGE && event->has_address;
    return map_missing(n, (uint32_t)s->cs_base + (uint32_t)s->rip, true) || (page_fault && map_missing(n, event->address, false)) ||
           open_gates(n, event);
}

void native_prepare(struct native *n) {
    move_window(n);
    update_shadow(n);
    enum native_level level = level_of(&n->computer->processor.state);
    if (level < n->level) {
        use_level(n, level);
    }
    if (n->level != LEVEL_NONE) {
        send_vectors(n);
    }
    give_state(n);
}

/* ---- opening and closing ------------------------------------------------------------------------------------------------------------------------
 */

/* Forms of extensions that this machine does not have are not for the processor either. */
static void keep_back(const struct decoder *decoder, const struct direct_kind_table *t, enum direct_code code, uint8_t *kinds) {
    for (size_t form = 0; form < t->form_count; form++) {
        bool absent = t->gates[code][form] != 0 && !has_vector_extension(decoder->isa->forms[form].extension);
        if (absent) {
            kinds[form] = DIRECT_SENSITIVE;
        }
    }
}

static bool make_kinds(struct native *n, const struct direct_kind_table *t) {
    static const unsigned gates[NATIVE_LEVELS] = {0, DIRECT_GATE_X87, DIRECT_GATE_X87 | DIRECT_GATE_SSE};
    const struct decoder *decoder = n->computer->processor.decoder;
    for (unsigned level = 0; level < NATIVE_LEVELS; level++) {
        n->kinds32[level] = malloc(t->form_count);
        n->kinds16[level] = malloc(t->form_count);
        if (n->kinds32[level] == NULL || n->kinds16[level] == NULL) {
            return false;
        }
        kind_table_choose(t, DIRECT_CODE_32, gates[level], n->kinds32[level]);
        kind_table_choose(t, DIRECT_CODE_16, gates[level], n->kinds16[level]);
        keep_back(decoder, t, DIRECT_CODE_32, n->kinds32[level]);
        keep_back(decoder, t, DIRECT_CODE_16, n->kinds16[level]);
    }
    return true;
}

static void drop(struct native *n) {
    for (unsigned level = 0; level < NATIVE_LEVELS; level++) {
        free(n->kinds32[level]);
        free(n->kinds16[level]);
    }
    trap_handlers_free(n->handlers);
    free(n->mapped);
}

/* The child's memory is zero at first; pages that stay so are never made. */
static void copy_in(uint8_t *to, const uint8_t *from, uint32_t size) {
    static const uint8_t zeros[DIRECT_PAGE];
    for (uint32_t at = 0; at < size; at += DIRECT_PAGE) {
        if (memcmp(from + at, zeros, DIRECT_PAGE) != 0) {
            memcpy(to + at, from + at, DIRECT_PAGE);
        }
    }
}

static void copy_out(struct native *n) {
    const struct memory *m = &n->computer->memory;
    for (uint32_t at = 0; at < m->size;) {
        uint32_t next = direct_next_used(n->direct, at);
        if (next > at) { /* nobody wrote there */
            memset(n->own + at, 0, (next < m->size ? next : m->size) - at);
        } else {
            memcpy(n->own + at, m->bytes + at, DIRECT_PAGE);
            next = at + DIRECT_PAGE;
        }
        at = next;
    }
}

const char *native_begin(struct native *n, struct computer *c, const struct native_tables *tables, enum direct_policy policy) {
    const char *reason = NULL;
    uint32_t pages = c->memory.size / DIRECT_PAGE;
    memset(n, 0, sizeof *n);
    n->computer = c;
    n->frames = pages;
    n->linear_pages = DIRECT_MOST_PAGES;
    n->beyond = pages;
    n->mapped = calloc(n->linear_pages, 1);
    n->handlers = trap_handlers_new();
    if (n->mapped == NULL || n->handlers == NULL || !make_kinds(n, tables->kinds)) {
        drop(n);
        return "out of memory";
    }
    /* Transfers through registers and memory come back: the step of the tables costs one entry to the child less than to run them alone. */
    const struct direct_options options = {.frames = pages,
                                           .linear_pages = n->linear_pages,
                                           .policy = policy,
                                           .matcher = c->processor.decoder->matcher,
                                           .kinds32 = n->kinds32[LEVEL_NONE],
                                           .kinds16 = n->kinds16[LEVEL_NONE],
                                           .gives_transfers = true};
    if (!direct_open(&options, &n->direct, &reason)) {
        drop(n);
        return reason;
    }
    n->own = c->memory.bytes;
    c->memory.bytes = direct_memory(n->direct);
    copy_in(c->memory.bytes, n->own, c->memory.size);
    c->memory.log = &n->log;
    c->processor.handlers = n->handlers;
    c->processor.vectors_elsewhere = (struct vectors_elsewhere){fetch_vectors, n};
    computer_memory_changed(c);
    n->lost = !direct_wrote(n->direct, 0, c->memory.size);
    return NULL;
}

void native_end(struct native *n) {
    struct computer *c = n->computer;
    fetch_vectors(n, &c->processor);
    copy_out(n);
    c->memory.bytes = n->own;
    c->memory.log = NULL;
    c->processor.handlers = NULL;
    c->processor.vectors_elsewhere = (struct vectors_elsewhere){NULL, NULL};
    computer_memory_changed(c);
    direct_close(n->direct);
    drop(n);
}
