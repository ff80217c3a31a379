/* Scan before execute: which instructions of the guest are visible to the processor. */
#include "marks.h"

#include "../x86-tables/prefix.h"

#include <string.h>
#include <sys/mman.h>

#define BLOCK 64u /* instructions that become visible at once, at most */

bool code_is_moved(const struct code *c, uint32_t linear, uint32_t *moved) {
    return (mark_at(c, linear) & (LINKED | KIND)) == (LINKED | MIDDLE) && returns_enter(&c->returns, linear, moved);
}

bool code_is_visible(const struct code *c, uint32_t linear) {
    uint32_t moved = 0;
    if (c->policy == DIRECT_UNSCANNED) {
        return mark_at(c, linear) != HIDDEN;
    }
    return (mark_at(c, linear) & KIND) == START || code_is_moved(c, linear, &moved);
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

/* ---- pages ------------------------------------------------------------------------------------------------------------------------------------- */

static bool begin_scan(struct code *c, uint32_t page, bool wide) {
    struct page *p = &c->pages[page];
    if (!make_marks(p)) {
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
        c->scanned_pages[wide]++;
        c->scanned[p->frame]++;
        return c->scanned[p->frame] > 1 || code_open(c, p->frame, false);
    }
    return true;
}

/* ---- instructions ------------------------------------------------------------------------------------------------------------------------------ */

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
    c->scanned_pages[p->wide]--;
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

bool code_follow_width(struct code *c, bool wide) {
    for (uint32_t page = 0; c->policy != DIRECT_UNSCANNED && c->scanned_pages[!wide] > 0 && page < c->page_count; page++) {
        if (c->pages[page].scanned && c->pages[page].wide != wide && !code_forget(c, page)) {
            return false;
        }
    }
    return true;
}

static void refresh_page(struct code *c, uint32_t page) {
    uint32_t end = (page + 1) * DIRECT_PAGE;
    for (uint32_t linear = page * DIRECT_PAGE; linear < end; linear++) {
        uint8_t mark = mark_at(c, linear);
        const uint8_t *byte = guest_byte(c, linear);
        uint8_t scanned = (mark & LINKED) != 0 ? returns_byte(&c->returns, linear) : c->copy[linear];
        if (c->policy == DIRECT_UNSCANNED && (mark & KIND) != HIDDEN && byte != NULL) {
            c->copy[linear] = *byte;
        } else if ((mark & KIND) != HIDDEN && (byte == NULL || *byte != scanned)) {
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

/* May a visible transfer go there? To no middle, and to no trampoline. */
static bool may_go_to(const struct code *c, const struct instruction *i, uint32_t target) {
    bool into_itself = target > i->linear && target < i->linear + i->decoded.length;
    return !into_itself && (mark_at(c, target) & KIND) != MIDDLE && target - c->returns.start >= RETURNS_BYTES;
}

/* May it be visible? No transfer that is visible may come to its own middle. */
static bool fits(const struct code *c, const struct instruction *i) {
    uint32_t target = 0;
    if (i->kind == DIRECT_TRANSFER || (target_of(c, i, &target) && !may_go_to(c, i, target))) {
        return false;
    }
    for (unsigned k = 1; k < i->decoded.length; k++) {
        if ((mark_at(c, i->linear + k) & TARGET) != 0) {
            return false;
        }
    }
    return true;
}

static enum arrival reveal(struct code *c, const struct instruction *i) {
    unsigned length = i->decoded.length;
    uint32_t target = 0;
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
    if (c->policy == DIRECT_CHECKED && target_of(c, i, &target) && !mark_target(c, target)) {
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
