/* Scan before execute: which instructions of the guest are visible to the processor. */
#include "code.h"

#include "../x86-tables/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK 64u /* instructions that become visible at once, at most */

enum mark { HIDDEN = 0, START = 1, MIDDLE = 2, KIND = 3, TARGET = 4 /* a visible direct transfer goes there */ };

static uint8_t mark_at(const struct code *c, uint32_t linear) {
    const struct page *p = linear / DIRECT_PAGE < c->page_count ? &c->pages[linear / DIRECT_PAGE] : NULL;
    return p == NULL || p->marks == NULL ? HIDDEN : p->marks[linear % DIRECT_PAGE];
}

static void set_mark(struct code *c, uint32_t linear, uint8_t kind) {
    uint8_t *mark = &c->pages[linear / DIRECT_PAGE].marks[linear % DIRECT_PAGE];
    *mark = (uint8_t)((*mark & ~(unsigned)KIND) | kind);
}

static const uint8_t *guest_byte(const struct code *c, uint32_t linear) {
    uint32_t page = linear / DIRECT_PAGE;
    if (page >= c->page_count || c->pages[page].frame == DIRECT_NO_FRAME) {
        return NULL;
    }
    return c->memory + (size_t)c->pages[page].frame * DIRECT_PAGE + linear % DIRECT_PAGE;
}

bool code_is_visible(const struct code *c, uint32_t linear) {
    return c->policy == DIRECT_UNSCANNED ? mark_at(c, linear) != HIDDEN : (mark_at(c, linear) & KIND) == START;
}

void code_look(const struct code *c, uint32_t base, uint32_t eip, bool wide, struct instruction *i) {
    *i = (struct instruction){.linear = base + eip, .base = base, .wide = wide, .kind = DIRECT_SENSITIVE};
    while (i->count < sizeof i->bytes && guest_byte(c, i->linear + i->count) != NULL) {
        i->bytes[i->count] = *guest_byte(c, i->linear + i->count);
        i->count++;
    }
    i->matched = matcher_decode(c->matcher, wide ? MATCHER_PROTECTED : MATCHER_PROTECTED16, i->bytes, i->count, &i->decoded);
    if (i->matched) {
        i->kind = (wide ? c->kinds32 : c->kinds16)[i->decoded.form];
    }
}

bool code_reads_itself(const struct instruction *i) { return i->matched && i->decoded.segment == DIRECT_CS; }

/* Where a direct transfer goes; false when it is none. */
static bool target_of(const struct code *c, const struct instruction *i, uint32_t *target) {
    uint64_t eip = 0;
    if (!transfer_target(c->matcher, &i->decoded, i->linear - i->base, &eip)) {
        return false;
    }
    *target = i->base + (uint32_t)eip;
    return true;
}

/* ---- pages ------------------------------------------------------------------------------------------------------------------------------------- */

static bool begin_scan(struct code *c, uint32_t page, bool wide) {
    struct page *p = &c->pages[page];
    if (p->marks == NULL) {
        p->marks = calloc(DIRECT_PAGE, 1);
    }
    if (p->marks == NULL) {
        return false;
    }
    if (!p->executable) {
        memset(c->copy + (size_t)page * DIRECT_PAGE, CODE_HIDING, DIRECT_PAGE);
        p->executable =
            child_map(c->child, c->executable.start + page * DIRECT_PAGE, DIRECT_PAGE, true, (uint64_t)page * DIRECT_PAGE, PROT_READ | PROT_EXEC);
    }
    if (!p->executable || (p->scanned && p->wide != wide && !code_forget(c, page))) {
        return false;
    }
    p->wide = wide;
    if (!p->scanned) {
        p->scanned = true;
        c->scanned[p->frame]++;
        return c->scanned[p->frame] > 1 || code_open(c, p->frame, false);
    }
    return true;
}

/* ---- instructions ------------------------------------------------------------------------------------------------------------------------------ */

static void hide_byte(struct code *c, uint32_t linear) {
    set_mark(c, linear, HIDDEN);
    c->copy[linear] = CODE_HIDING;
}

/* Hides the visible instruction that `linear` belongs to. */
static void hide(struct code *c, uint32_t linear) {
    while ((mark_at(c, linear) & KIND) == MIDDLE) {
        linear--;
    }
    c->statistics.forgotten++;
    hide_byte(c, linear);
    for (linear++; (mark_at(c, linear) & KIND) == MIDDLE; linear++) {
        hide_byte(c, linear);
    }
}

static bool is_there(const struct code *c, uint32_t page) { return page < c->page_count && c->pages[page].frame != DIRECT_NO_FRAME; }

static void hide_page(struct code *c, uint32_t page) {
    memset(c->pages[page].marks, HIDDEN, DIRECT_PAGE);
    memset(c->copy + (size_t)page * DIRECT_PAGE, CODE_HIDING, DIRECT_PAGE);
}

bool code_forget(struct code *c, uint32_t page) {
    struct page *p = &c->pages[page];
    if (!p->scanned) {
        return true;
    }
    if (c->policy == DIRECT_UNSCANNED) {
        hide_page(c, page);
        if (page > 0 && c->pages[page - 1].scanned) { /* an instruction there may go on here, and would with hidden bytes */
            hide_page(c, page - 1);
        }
    }
    for (uint32_t linear = page * DIRECT_PAGE; linear < (page + 1) * DIRECT_PAGE; linear++) {
        if ((mark_at(c, linear) & KIND) != HIDDEN) {
            hide(c, linear);
        }
    }
    p->scanned = false;
    c->scanned[p->frame]--;
    return c->scanned[p->frame] > 0 || code_open(c, p->frame, false);
}

bool code_forget_frame(struct code *c, uint32_t frame) {
    if (c->users[frame] == 1 && c->pages[c->likely[frame]].frame == frame) {
        return code_forget(c, c->likely[frame]);
    }
    for (uint32_t page = 0; page < c->page_count; page++) {
        if (c->pages[page].frame == frame && !code_forget(c, page)) {
            return false;
        }
    }
    return true;
}

bool code_forget_all(struct code *c) {
    for (uint32_t page = 0; page < c->page_count; page++) {
        if (!code_forget(c, page)) {
            return false;
        }
    }
    return true;
}

static void refresh_page(struct code *c, uint32_t page) {
    uint32_t end = (page + 1) * DIRECT_PAGE;
    for (uint32_t linear = page * DIRECT_PAGE; linear < end; linear++) {
        uint8_t mark = mark_at(c, linear) & KIND;
        const uint8_t *byte = guest_byte(c, linear);
        if (c->policy == DIRECT_UNSCANNED && mark != HIDDEN && byte != NULL) {
            c->copy[linear] = *byte;
        } else if (mark != HIDDEN && (byte == NULL || *byte != c->copy[linear])) {
            hide(c, linear);
        }
    }
}

void code_refresh(struct code *c, uint32_t frame) {
    if (frame >= c->frames || c->scanned[frame] == 0) {
        return;
    }
    if (c->users[frame] == 1 && c->pages[c->likely[frame]].frame == frame) {
        refresh_page(c, c->likely[frame]);
    } else {
        for (uint32_t page = 0; page < c->page_count; page++) {
            if (c->pages[page].frame == frame && c->pages[page].scanned) {
                refresh_page(c, page);
            }
        }
    }
}

/* Both pages that an instruction of so many bytes lies in. */
static bool begin_scan_of(struct code *c, uint32_t linear, unsigned length, bool wide) {
    uint32_t first = linear / DIRECT_PAGE;
    uint32_t last = (linear + length - 1) / DIRECT_PAGE;
    return begin_scan(c, first, wide) && (first == last || begin_scan(c, last, wide));
}

/* May it be visible? A direct transfer must go to no middle, and no transfer that is visible may come to its own. */
static bool fits(const struct code *c, const struct instruction *i) {
    uint32_t target = 0;
    if (i->kind == DIRECT_TRANSFER) {
        return false;
    }
    if (target_of(c, i, &target) && ((mark_at(c, target) & KIND) == MIDDLE || (target > i->linear && target < i->linear + i->decoded.length))) {
        return false;
    }
    for (unsigned k = 1; k < i->decoded.length; k++) {
        if ((mark_at(c, i->linear + k) & TARGET) != 0) {
            return false;
        }
    }
    return true;
}

/* A transfer that is visible may come to a page where nothing was scanned yet. */
static bool mark_target(struct code *c, const struct instruction *i) {
    uint32_t target = 0;
    if (target_of(c, i, &target) && target / DIRECT_PAGE < c->page_count) {
        struct page *p = &c->pages[target / DIRECT_PAGE];
        if (p->marks == NULL) {
            p->marks = calloc(DIRECT_PAGE, 1);
        }
        if (p->marks == NULL) {
            return false;
        }
        p->marks[target % DIRECT_PAGE] |= TARGET;
    }
    return true;
}

static enum arrival reveal(struct code *c, const struct instruction *i) {
    unsigned length = i->decoded.length;
    if (i->kind != DIRECT_NATIVE && i->kind != DIRECT_TRANSFER) {
        return ARRIVED_CALLER;
    }
    if (!begin_scan_of(c, i->linear, length, i->wide)) {
        return ARRIVED_LOST;
    }
    for (unsigned k = 0; k < length; k++) {
        if ((mark_at(c, i->linear + k) & KIND) != HIDDEN) {
            hide(c, i->linear + k);
        }
    }
    if (code_reads_itself(i) || (c->policy == DIRECT_CHECKED && !fits(c, i))) {
        return ARRIVED_ALONE;
    }
    if (c->policy == DIRECT_CHECKED && !mark_target(c, i)) {
        return ARRIVED_LOST;
    }
    for (unsigned k = 0; k < length; k++) {
        set_mark(c, i->linear + k, k == 0 ? START : MIDDLE);
    }
    memcpy(c->copy + i->linear, i->bytes, length);
    c->statistics.revealed++;
    return ARRIVED_VISIBLE;
}

static void show_unscanned(struct code *c, uint32_t linear, uint32_t end) {
    if (linear < end) {
        memset(c->pages[linear / DIRECT_PAGE].marks + linear % DIRECT_PAGE, START, end - linear);
        memcpy(c->copy + linear, guest_byte(c, linear), end - linear);
    }
}

/* The first instruction from `i` on that does not end before the end of its page, by decoding one after the other: where it begins, and ends as far
 * as its bytes are there. */
static void find_last(const struct code *c, const struct instruction *i, uint32_t *begin, uint32_t *end) {
    uint32_t page_end = (i->linear / DIRECT_PAGE + 1) * DIRECT_PAGE;
    struct instruction last = *i;
    for (;;) {
        *begin = last.linear;
        *end = last.linear + (last.matched ? last.decoded.length : last.count < sizeof last.bytes ? last.count + 1u : 1u);
        if (*end >= page_end) {
            return;
        }
        code_look(c, i->base, *end - i->base, i->wide, &last);
    }
}

/* The page of `i` as it is, but for its last instruction if that goes on in the next one, unless `joined` says that the next one is visible. */
static void show_page(struct code *c, const struct instruction *i, bool joined, uint32_t *end) {
    uint32_t page = i->linear / DIRECT_PAGE;
    uint32_t page_end = (page + 1) * DIRECT_PAGE;
    uint32_t begin = 0;
    find_last(c, i, &begin, end);
    show_unscanned(c, page * DIRECT_PAGE, joined || *end == page_end ? page_end : begin);
}

/* Everything of a page, and of the next one, in which its last instruction may go on. */
static enum arrival reveal_unscanned(struct code *c, const struct instruction *i) {
    uint32_t page = i->linear / DIRECT_PAGE;
    uint32_t end = 0;
    bool next = is_there(c, page + 1);
    if (!begin_scan(c, page, i->wide) || (next && !begin_scan(c, page + 1, i->wide))) {
        return ARRIVED_LOST;
    }
    show_page(c, i, next || page + 1 == c->page_count, &end);
    if (next) {
        struct instruction beyond;
        code_look(c, i->base, end - i->base, i->wide, &beyond);
        show_page(c, &beyond, page + 2 == c->page_count, &end);
    }
    return code_is_visible(c, i->linear) ? ARRIVED_VISIBLE : ARRIVED_CALLER;
}

enum arrival code_arrive(struct code *c, const struct instruction *i) {
    c->statistics.scans++;
    if (i->count == 0) {
        return ARRIVED_CALLER;
    }
    if (c->policy == DIRECT_UNSCANNED) {
        return reveal_unscanned(c, i);
    }
    enum arrival first = reveal(c, i);
    struct instruction next = *i;
    for (unsigned n = 1; first == ARRIVED_VISIBLE && n < BLOCK && next.kind == DIRECT_NATIVE; n++) {
        uint32_t linear = next.linear + next.decoded.length;
        code_look(c, i->base, linear - i->base, i->wide, &next);
        uint32_t last = linear + next.decoded.length - 1;
        if (!next.matched || (mark_at(c, linear) & KIND) != HIDDEN || (mark_at(c, last) & KIND) != HIDDEN ||
            last / DIRECT_PAGE != i->linear / DIRECT_PAGE || reveal(c, &next) != ARRIVED_VISIBLE) {
            break;
        }
    }
    return first;
}

static bool is_legacy_prefix(uint8_t byte) {
    static const uint8_t prefixes[] = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3};
    return memchr(prefixes, byte, sizeof prefixes) != NULL;
}

bool code_show(struct code *c, const struct instruction *i, bool through_fs, struct shown *shown) {
    unsigned length = i->decoded.length;
    if (!begin_scan_of(c, i->linear, length, i->wide)) {
        return false;
    }
    memcpy(shown->before, c->copy + i->linear, length);
    memcpy(c->copy + i->linear, i->bytes, length);
    for (unsigned k = 0; through_fs && is_legacy_prefix(i->bytes[k]); k++) {
        if (i->bytes[k] == 0x2E) {
            c->copy[i->linear + k] = 0x64;
        }
    }
    return true;
}

/* The instruction may have changed its own bytes: what is hidden by now stays so. */
void code_unshow(struct code *c, const struct instruction *i, const struct shown *shown) {
    for (unsigned k = 0; k < i->decoded.length; k++) {
        uint32_t linear = i->linear + k;
        if (c->policy == DIRECT_UNSCANNED) {
            c->copy[linear] = *guest_byte(c, linear);
        } else {
            c->copy[linear] = (mark_at(c, linear) & KIND) == HIDDEN ? CODE_HIDING : shown->before[k];
        }
    }
}
