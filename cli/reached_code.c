/* Follows the code of a guest from the places that a run has met. */
#include "reached_code.h"

#include "../machine/patches.h"
#include "../x86-tables/transfer.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 15u

struct reach {
    const struct scan_question *scan;
    const struct isa *isa;
    const uint8_t *transfers, *bytes;
    uint8_t *seen;
    size_t *list; /* places still to be followed; each is in it once at most */
    size_t size, count;
};

static void add(struct reach *r, uint64_t at) {
    if (at < r->size && r->seen[at] == 0) {
        r->seen[at] = 1;
        r->list[r->count++] = at;
    }
}

/* CALL and INT come back behind themselves, although their counter does not say so. */
static bool goes_on(const struct reach *r, const struct decoded *d) {
    const char *name = r->isa->forms[d->form].instruction;
    return (r->transfers[d->form] & TRANSFER_NEXT) != 0 || strncmp(name, "CALL", 4) == 0 || strncmp(name, "INT", 3) == 0;
}

static void follow(struct reach *r, size_t at) {
    struct decoded d;
    uint64_t target = 0;
    size_t room = r->size - at;
    if (matcher_decode(r->scan->matcher, MATCHER_PROTECTED, r->bytes + at, room < LONGEST ? room : LONGEST, &d)) {
        if ((r->transfers[d.form] & TRANSFER_KNOWN) != 0 && transfer_target(r->scan->matcher, &d, at, &target)) {
            add(r, target);
        }
        if (goes_on(r, &d)) {
            add(r, at + d.length);
        }
    }
}

uint8_t *reached_code(const struct scan_question *scan, const struct isa *isa, const uint8_t *bytes, size_t size, const uint8_t *met) {
    struct reach r = {scan, isa, scan->transfers(scan->context, MATCHER_PROTECTED), bytes, calloc(size + 1, 1), malloc((size + 1) * sizeof *r.list),
                      size, 0};
    uint32_t physical = 0;
    if (r.transfers == NULL || r.seen == NULL || r.list == NULL) {
        free(r.seen);
        free(r.list);
        return NULL;
    }
    for (size_t at = 0; at < size; at++) {
        if (computer_loads_at(bytes, size, at, &physical) && (met[physical / 8] >> physical % 8 & 1) != 0) {
            add(&r, at);
        }
    }
    while (r.count > 0) {
        follow(&r, r.list[--r.count]);
    }
    free(r.list);
    return r.seen;
}
