/* What is known of each byte of the guest's linear addresses. */
#include "marks.h"

#include "../x86-tables/transfer.h"

#include <stdlib.h>

uint8_t mark_at(const struct code *c, uint32_t linear) {
    const struct page *p = linear / DIRECT_PAGE < c->page_count ? &c->pages[linear / DIRECT_PAGE] : NULL;
    return p == NULL || p->marks == NULL ? HIDDEN : p->marks[linear % DIRECT_PAGE];
}

void set_mark(struct code *c, uint32_t linear, uint8_t kind) {
    uint8_t *mark = &c->pages[linear / DIRECT_PAGE].marks[linear % DIRECT_PAGE];
    *mark = (uint8_t)((*mark & TARGET) | kind);
}

bool make_marks(struct page *p) {
    if (p->marks == NULL) {
        p->marks = calloc(DIRECT_PAGE, 1);
    }
    return p->marks != NULL;
}

bool mark_target(struct code *c, uint32_t linear) {
    if (linear / DIRECT_PAGE >= c->page_count) {
        return true;
    }
    struct page *p = &c->pages[linear / DIRECT_PAGE];
    if (!make_marks(p)) {
        return false;
    }
    p->marks[linear % DIRECT_PAGE] |= TARGET;
    return true;
}

const uint8_t *guest_byte(const struct code *c, uint32_t linear) {
    uint32_t page = linear / DIRECT_PAGE;
    if (page >= c->page_count || c->pages[page].frame == DIRECT_NO_FRAME) {
        return NULL;
    }
    return c->memory + (size_t)c->pages[page].frame * DIRECT_PAGE + linear % DIRECT_PAGE;
}

bool target_of(const struct code *c, const struct instruction *i, uint32_t *target) {
    uint64_t eip = 0;
    if (!transfer_target(c->matcher, &i->decoded, i->linear - i->base, &eip)) {
        return false;
    }
    *target = i->base + (uint32_t)eip;
    return true;
}

static void hide_byte(struct code *c, uint32_t linear) {
    set_mark(c, linear, HIDDEN);
    c->copy[linear] = CODE_HIDING;
}

void hide(struct code *c, uint32_t linear) {
    while ((mark_at(c, linear) & KIND) == MIDDLE) {
        linear--;
    }
    if ((mark_at(c, linear) & LINKED) != 0) {
        returns_unlink(&c->returns, linear);
    }
    c->statistics.forgotten++;
    hide_byte(c, linear);
    for (linear++; (mark_at(c, linear) & KIND) == MIDDLE; linear++) {
        hide_byte(c, linear);
    }
}
