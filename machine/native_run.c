/* A run by direct execution: this processor executes what is innocuous, the machine does the rest. Guest page tables are shadowed: a page is mapped
 * for the child when it is first used, with the rights that the walk of translate.c gives at this privilege level. Time is what
 * the guest runs, as far as the clock tells: a whole budget, or an entry that ended early, which counts as ENTRY. */
#include "computer_internal.h"
#include "session_parts.h"

#include "../direct/direct.h"

#include <stdlib.h>

#define LEAST_LINEAR_PAGES 0x8000u
#define MICROSECONDS 1000u
#define ENTRY 20u

enum mapped { MAPPED_NOT, MAPPED_READ_ONLY, MAPPED_WRITABLE };
struct native {
    struct computer *computer;
    struct direct *direct;
    struct write_log log;
    uint8_t *mapped; /* by linear page, while paging is on */
    uint32_t frames, linear_pages;
    bool paging;
    /* What the shadow was made for. */
    uint64_t root;
    uint32_t flushes;
    bool user, protects;
    bool lost;
    bool done;             /* an instruction was executed: enough for session_request.single */
    uint64_t microseconds; /* that the guest has had */
};

static bool map_pages(struct native *n, uint32_t first, uint32_t count, uint32_t frame, bool writable) {
    n->lost = n->lost || !direct_map(n->direct, first, count, frame, writable);
    return !n->lost;
}

/* Without paging all memory is where it is; with it nothing is mapped until it is used. */
static void update_shadow(struct native *n) {
    const struct x86 *s = &n->computer->processor.state;
    bool paging = s->cr0_pg != 0;
    bool stale = n->root != s->cr3 || n->flushes != s->translation_cache || n->user != (s->cpl == 3) || n->protects != (s->cr0_wp != 0);
    if (paging != n->paging || (paging && stale)) {
        (void)map_pages(n, 0, n->linear_pages, DIRECT_NO_FRAME, false);
        memset(n->mapped, MAPPED_NOT, n->linear_pages);
    }
    if (!paging && n->paging) {
        (void)map_pages(n, 0, n->frames, 0, true);
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
    uint32_t page = linear / DIRECT_PAGE;
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
    return map_pages(n, page, 1, (uint32_t)(t->host - p->memory->bytes) / DIRECT_PAGE, writable);
}

static void give_state(struct native *n) {
    struct machine_state v;
    struct direct_state s;
    computer_state(n->computer, &v);
    for (unsigned i = 0; i < 8; i++) {
        s.general[i] = (uint32_t)v.general[i];
    }
    s.eip = (uint32_t)v.rip;
    s.eflags = (uint32_t)v.rflags;
    s.alignment_checks = v.cpl == 3 && (v.cr0 >> 18 & 1) != 0;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        const struct segment_state *g = &v.segments[i];
        s.segments[i] = (struct direct_segment){(uint32_t)g->base, g->limit, g->type, g->db != 0, g->usable != 0};
    }
    direct_set_state(n->direct, &s);
}

/* Segment registers do not change: their loads are sensitive, and the machine's. */
static void take_state(struct native *n) {
    struct machine_state v;
    struct direct_state s;
    direct_get_state(n->direct, &s);
    computer_state(n->computer, &v);
    for (unsigned i = 0; i < 8; i++) {
        v.general[i] = s.general[i];
    }
    v.rip = s.eip;
    v.rflags = s.eflags;
    computer_set_state(n->computer, &v);
}

/* The machine executes an instruction, or delivers an interrupt. */
static enum computer_end step_machine(struct native *n) {
    n->log.count = 0;
    n->computer->memory.epoch++; /* the guest may have written to code */
    enum computer_end end = computer_step(n->computer);
    uint32_t count = n->log.count < LOGGED_WRITES ? n->log.count : LOGGED_WRITES;
    for (uint32_t i = 0; i < count; i++) {
        n->lost = n->lost || !direct_wrote(n->direct, n->log.physical[i], n->log.size[i]);
    }
    if (n->log.count > LOGGED_WRITES) {
        n->lost = n->lost || !direct_wrote(n->direct, 0, n->computer->memory.size);
    }
    return end;
}

/* Traps behind an instruction: the machine executes it, so it goes back to it. INT3, INTO and INT1 have one byte, INT 3 has two. */
static void go_back(struct native *n, unsigned vector) {
    static const struct { uint8_t vector, opcode; } traps[] = {{3, 0xCC}, {4, 0xCE}, {1, 0xF1}};
    struct x86 *s = &n->computer->processor.state;
    struct fault fault;
    uint8_t before = 0;
    for (unsigned i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        if (traps[i].vector == vector && linear_read(&n->computer->processor, (uint32_t)(s->cs_base + s->rip) - 1, &before, 1, n->user, &fault)) {
            s->rip -= before == traps[i].opcode ? 1 : vector == 3 ? 2 : 0;
        }
    }
}

static enum computer_end run_directly(struct native *n, const struct session_request *request, struct session_result *result) {
    const struct x86 *s = &n->computer->processor.state;
    struct direct_event event;
    update_shadow(n);
    give_state(n);
    if (request->single) {
        direct_step(n->direct, &event);
    } else {
        direct_run(n->direct, MICROSECONDS, &event);
    }
    n->microseconds += event.stop == DIRECT_BUDGET ? MICROSECONDS : ENTRY;
    take_state(n);
    n->computer->memory.epoch++;
    uint32_t at = (uint32_t)s->cs_base + (uint32_t)s->rip;
    switch (event.stop) {
    case DIRECT_STEPPED:
        n->done = true;
        return COMPUTER_RUNNING;
    case DIRECT_BUDGET:
        return COMPUTER_RUNNING;
    case DIRECT_INSTRUCTION:
    case DIRECT_TRAP:
        result->traps++;
        if (map_missing(n, at, true) ||
            (event.stop == DIRECT_TRAP && event.vector == VECTOR_PAGE && event.has_address && map_missing(n, event.address, false))) {
            return COMPUTER_RUNNING;
        }
        if (event.stop == DIRECT_TRAP && request->unscanned) {
            go_back(n, event.vector);
        }
        n->done = true;
        return step_machine(n);
    default:
        result->differs = true;
        (void)snprintf(result->difference, sizeof result->difference,
                       event.stop == DIRECT_ESCAPE ? "the guest reached the host: system call %lld, without effect"
                                                   : "the child of direct execution was lost",
                       (long long)event.system_call);
        return COMPUTER_RUNNING;
    }
}

static void run_loop(struct native *n, const struct session_request *request, struct session_result *result) {
    struct computer *c = n->computer;
    result->end = COMPUTER_RUNNING;
    while (result->end == COMPUTER_RUNNING && !result->differs && !n->lost && c->processor.executed < request->instructions &&
           !(request->single && n->done)) {
        uint64_t now = n->microseconds * TICKS_PER_SECOND / 1000000 * INSTRUCTIONS_PER_TICK;
        c->processor.executed = now > c->processor.executed ? now : c->processor.executed;
        (void)computer_until_event(c);
        result->end = computer_must_step(c) ? step_machine(n) : run_directly(n, request, result);
    }
    char found[256];
    if (!result->differs && !n->lost && !direct_audit(n->direct, found, sizeof found)) {
        result->differs = true;
        (void)snprintf(result->difference, sizeof result->difference, "the child of direct execution has more than its window: %s", found);
    }
}

void run_natively(struct computer *c, const struct session_request *request, struct session_result *result) {
    static struct native n;
    const double start = session_clock();
    uint8_t *own = c->memory.bytes;
    uint32_t pages = c->memory.size / DIRECT_PAGE;
    memset(&n, 0, sizeof n);
    n.computer = c;
    n.frames = pages;
    n.linear_pages = pages > LEAST_LINEAR_PAGES ? pages : LEAST_LINEAR_PAGES;
    n.mapped = calloc(n.linear_pages, 1);
    const struct direct_options options = {pages,
                                           n.linear_pages,
                                           request->unscanned ? DIRECT_UNSCANNED : DIRECT_CHECKED,
                                           request->native->matcher,
                                           request->native->kinds32,
                                           request->native->kinds16};
    if (n.mapped == NULL || !direct_open(&options, &n.direct, &result->unusable)) {
        result->unusable = n.mapped == NULL ? "out of memory" : result->unusable;
        free(n.mapped);
        return;
    }
    c->memory.bytes = direct_memory(n.direct);
    memcpy(c->memory.bytes, own, c->memory.size);
    c->memory.log = &n.log;
    computer_memory_changed(c);
    n.lost = !direct_wrote(n.direct, 0, c->memory.size);
    const double before = direct_statistics(n.direct).seconds;
    result->setup_seconds = session_clock() - start;
    run_loop(&n, request, result);
    const double after = session_clock();
    memcpy(own, c->memory.bytes, c->memory.size);
    c->memory.bytes = own;
    c->memory.log = NULL;
    computer_memory_changed(c);
    const struct direct_statistics s = direct_statistics(n.direct);
    result->revealed = s.revealed;
    result->alone = s.alone;
    result->entries = s.entries;
    result->guest_seconds = s.seconds - before;
    direct_close(n.direct);
    free(n.mapped);
    result->setup_seconds += session_clock() - after;
    c->statistics.executed = 0; /* nobody counted */
}
