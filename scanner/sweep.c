/* The linear sweep: the only loop that sees every byte of the code. */
#include "sweep.h"

#include "plan.h"

#include <stdlib.h>
#include <string.h>

static bool add_site(struct sweep *s, size_t at, const uint8_t *bytes, const struct decoded *d, bool overlapping) {
    if (s->site_count == s->site_capacity) {
        size_t capacity = s->site_capacity == 0 ? 64 : s->site_capacity * 2;
        struct scan_site *larger = realloc(s->sites, capacity * sizeof *larger);
        if (larger == NULL) {
            s->exhausted = true;
            return false;
        }
        s->sites = larger;
        s->site_capacity = capacity;
    }
    struct scan_site *site = &s->sites[s->site_count++];
    *site = (struct scan_site){
        .address = at, .section = s->section, .form = d->form, .mode = (uint8_t)s->mode, .length = d->length, .overlapping = overlapping};
    memcpy(site->bytes, bytes, d->length);
    return true;
}

/* Instructions that start inside of another one: what jumping there would execute. */
static bool look_inside(struct sweep *s, const uint8_t *code, size_t size, size_t at, size_t stop) {
    for (; at < stop; at++) {
        struct decoded d;
        if (matcher_decode(s->matcher, s->mode, code + at, size - at, &d) && s->marked[d.form] != SWEEP_NONE &&
            !add_site(s, at, code + at, &d, true)) {
            return false;
        }
    }
    return true;
}

/* The end of a run of two or more equal bytes, each of them the filling instruction; `at` where it stands alone. */
static size_t filling_end(const uint8_t *code, size_t at, size_t stop) {
    size_t end = at + 1;
    while (end < stop && code[end] == code[at]) {
        end++;
    }
    return end > at + 1 ? end : at;
}

static void tell(const struct sweep *s, size_t at, size_t length, const struct decoded *d) {
    if (s->plan != NULL) {
        plan_visit(s->plan, s->section, at, length, d);
    }
}

/* Up to `stop`, where a function starts or the piece ends; an instruction that goes on behind it was none. */
static bool sweep_function(struct sweep *s, size_t at, size_t stop) {
    const uint8_t *code = s->image->sections[s->section].code;
    struct decoded d;
    while (at < stop) {
        size_t next = at + 1;
        if (matcher_decode(s->matcher, s->mode, code + at, stop - at, &d)) {
            next = at + d.length;
            s->instructions++;
            if (s->marked[d.form] != SWEEP_NONE) {
                size_t end = s->marked[d.form] == SWEEP_FILLING && d.length == 1 ? filling_end(code, at, stop) : at;
                if (end > at) {
                    tell(s, at, end - at, NULL);
                    s->instructions += end - at - 1;
                    s->filled += end - at;
                    at = end;
                    continue;
                }
                if (!add_site(s, at, code + at, &d, false)) {
                    return false;
                }
            }
            tell(s, at, d.length, &d);
        } else {
            tell(s, at, 1, NULL);
            s->skipped++;
        }
        if (s->all_bytes && !look_inside(s, code, s->image->sections[s->section].size, at + 1, next)) {
            return false;
        }
        at = next;
    }
    return true;
}

void sweep_run(struct sweep *s) {
    size_t at = s->first;
    bool good = true;
    for (size_t f = s->function; good && f < s->function_end; f++) {
        size_t start = (size_t)s->image->functions[f].offset;
        good = start <= at || sweep_function(s, at, start);
        at = start > at ? start : at;
    }
    if (good) {
        (void)sweep_function(s, at, s->end);
    }
}
