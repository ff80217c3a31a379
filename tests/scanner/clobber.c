/* In the room of a site: NOT changes a register and no flag, TEST and CMC change flags and no register. */
#include "clobber.h"

#include "../../scanner/sites.h"
#include "../../x86-tables/footprint.h"

#include <string.h>

enum { RSP = 4, CMC = 0xF5, TEST = 0x85, TEST_ESP = 0xE4, NOT = 0xF7, NOT_REGISTER = 0xD0, REX_W = 0x48, REX_B = 1 };

struct room {
    uint8_t *at;
    size_t left, count;
};

static bool put(struct room *r, const uint8_t *code, size_t size) {
    if (size > r->left) {
        return false;
    }
    memcpy(r->at, code, size);
    r->at += size;
    r->left -= size;
    r->count++;
    return true;
}

static bool put_register(struct room *r, unsigned number, bool wide) {
    const uint8_t narrow_code[] = {NOT, (uint8_t)(NOT_REGISTER + (number & 7))};
    const uint8_t wide_code[] = {(uint8_t)(REX_W + (number > 7 ? REX_B : 0)), NOT, (uint8_t)(NOT_REGISTER + (number & 7))};
    return wide ? put(r, wide_code, sizeof wide_code) : put(r, narrow_code, sizeof narrow_code);
}

static void put_flags(struct room *r, uint32_t free) {
    static const uint8_t all[] = {TEST, TEST_ESP};
    static const uint8_t carry[] = {CMC};
    if (free >> FOOTPRINT_FLAGS == FOOTPRINT_ALL >> FOOTPRINT_FLAGS) {
        (void)put(r, all, sizeof all);
    }
    if ((free >> FOOTPRINT_FLAGS & 1) != 0) {
        (void)put(r, carry, sizeof carry);
    }
}

size_t clobber_sites(uint8_t *bytes, size_t size, bool needed) {
    struct site_records records;
    size_t count = 0;
    if (!sites_read(&records, bytes, size) || !records.present || records.damaged) {
        sites_free(&records);
        return SIZE_MAX;
    }
    for (size_t i = 0; i < records.count; i++) {
        const struct site_record *s = &records.list[i];
        size_t behind = (size_t)s->before + s->length;
        struct room r = {bytes + s->file_offset + (s->before > 0 ? 0 : behind), s->before > 0 ? s->before : s->total - behind, 0};
        uint32_t wanted = (needed ? s->live : ~s->live) & FOOTPRINT_ALL;
        if (s->bits == 16) {
            continue;
        }
        for (unsigned number = 0; number < (s->bits == 64 ? 16u : 8u) && (!needed || r.count == 0); number++) {
            if (number != RSP && (wanted >> number & 1) != 0) {
                (void)put_register(&r, number, s->bits == 64);
            }
        }
        if (!needed) {
            put_flags(&r, wanted);
        }
        count += r.count;
    }
    sites_free(&records);
    return count;
}
