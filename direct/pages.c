/* Which page of the guest's memory lies where, and with which right. */
#include "code.h"

#include <string.h>
#include <sys/mman.h>

/* The right that the processor gets for a page, by the allocator. */
static bool may_write(const struct code *c, const struct page *p) {
    const struct x86_entry guest = {p->frame, p->frame != DIRECT_NO_FRAME, p->writable, 1, 1, 1};
    struct x86_entry shadow;
    x86_shadow_entry(&guest, c->frames, 3, 1, p->frame < c->frames && c->scanned[p->frame] != 0, &shadow);
    return shadow.write != 0;
}

static bool protect(struct code *c, uint32_t page, bool write) {
    return child_protect(c->child, c->data.start + page * DIRECT_PAGE, DIRECT_PAGE, write ? PROT_READ | PROT_WRITE : PROT_READ);
}

bool code_is_guarded(const struct code *c, uint32_t page) {
    const struct page *p = page < c->page_count ? &c->pages[page] : NULL;
    return p != NULL && p->frame != DIRECT_NO_FRAME && p->writable && c->scanned[p->frame] != 0;
}

bool code_open(struct code *c, uint32_t frame, bool open) {
    uint32_t likely = c->likely[frame];
    if (c->users[frame] == 1 && c->pages[likely].frame == frame) {
        return !c->pages[likely].writable || protect(c, likely, open || may_write(c, &c->pages[likely]));
    }
    for (uint32_t page = 0; page < c->page_count; page++) {
        const struct page *p = &c->pages[page];
        if (p->frame == frame && p->writable && !protect(c, page, open || may_write(c, p))) {
            return false;
        }
    }
    return true;
}

/* Pages with the same rights are mapped by one call. */
static bool map_pages(struct code *c, uint32_t first, uint32_t count) {
    for (uint32_t done = 0; done < count;) {
        const struct page *p = &c->pages[first + done];
        bool write = may_write(c, p);
        uint32_t run = 1;
        while (done + run < count && may_write(c, p + run) == write) {
            run++;
        }
        uint32_t address = c->data.start + (first + done) * DIRECT_PAGE;
        uint64_t size = (uint64_t)run * DIRECT_PAGE;
        if (p->frame == DIRECT_NO_FRAME
                ? !child_unmap(c->child, address, size)
                : !child_map(c->child, address, size, false, (uint64_t)p->frame * DIRECT_PAGE, write ? PROT_READ | PROT_WRITE : PROT_READ)) {
            return false;
        }
        done += run;
    }
    return true;
}

bool code_map(struct code *c, uint32_t first, uint32_t count, uint32_t frame, bool writable) {
    bool none = frame == DIRECT_NO_FRAME;
    if (first > c->page_count || count > c->page_count - first || (!none && (frame > c->frames || count > c->frames - frame))) {
        return false;
    }
    for (uint32_t k = 0; k < count; k++) {
        struct page *p = &c->pages[first + k];
        if (!code_forget(c, first + k)) {
            return false;
        }
        if (p->frame != DIRECT_NO_FRAME) {
            c->users[p->frame]--;
        }
        p->frame = none ? DIRECT_NO_FRAME : frame + k;
        p->writable = writable && !none;
        if (!none) {
            c->users[p->frame]++;
            c->likely[p->frame] = first + k;
        }
    }
    return map_pages(c, first, count);
}

bool code_show_in_the_dark(struct code *c, const struct instruction *i) {
    uint32_t page = i->linear / DIRECT_PAGE;
    struct page *p = &c->pages[page];
    if (!p->dark) {
        memset(c->dark_copy + (size_t)page * DIRECT_PAGE, CODE_HIDING, DIRECT_PAGE);
        p->dark = child_map(c->child, c->dark.start + page * DIRECT_PAGE, DIRECT_PAGE, true, ((uint64_t)c->page_count + page) * DIRECT_PAGE,
                            PROT_READ | PROT_EXEC);
    }
    memcpy(c->dark_copy + i->linear, i->bytes, i->decoded.length);
    return p->dark;
}

void code_hide_in_the_dark(struct code *c, const struct instruction *i) { memset(c->dark_copy + i->linear, CODE_HIDING, i->decoded.length); }
