/* The linear sweep: the only loop that sees every byte of the code. */
#include "sweep.h"

#include "../isa-model/grow.h"
#include "plan.h"

#include <stdlib.h>
#include <string.h>

static bool add_site(struct sweep *s, size_t at, const uint8_t *bytes, const struct decoded *d, bool overlapping) {
    struct scan_site *larger = array_grow(s->sites, s->site_count, &s->site_capacity, sizeof *larger);
    if (larger == NULL) {
        s->exhausted = true;
        return false;
    }
    s->sites = larger;
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

/* Up to `end`; an instruction that goes on behind `stop`, where a function starts, was none. */
static bool sweep_function(struct sweep *s, size_t at, size_t end, size_t stop) {
    const uint8_t *code = s->image->sections[s->section].code;
    struct decoded d;
    while (at < end) {
        size_t next = at + 1;
        if (matcher_decode(s->matcher, s->mode, code + at, stop - at, &d)) {
            next = at + d.length;
            s->instructions++;
            if (s->marked[d.form] != SWEEP_NONE) {
                size_t filled = s->marked[d.form] == SWEEP_FILLING && d.length == 1 ? filling_end(code, at, stop) : at;
                if (filled > at) {
                    tell(s, at, filled - at, NULL);
                    s->instructions += filled - at - 1;
                    s->filled += filled - at;
                    at = filled;
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
    s->reached = at;
    return true;
}

/* The first instructions of a guess one by one; where it has come to. */
static size_t sweep_points(struct sweep *s) {
    s->points = calloc(SWEEP_POINTS, sizeof *s->points);
    s->exhausted = s->points == NULL;
    s->reached = s->first;
    while (!s->exhausted && s->point_count < SWEEP_POINTS && s->reached < s->end) {
        s->points[s->point_count++] = (struct sweep_mark_point){s->reached, s->site_count, s->instructions, s->skipped, s->filled};
        (void)sweep_function(s, s->reached, s->reached + 1, s->limit);
    }
    return s->reached;
}

void sweep_run(struct sweep *s) {
    size_t at = s->guess ? sweep_points(s) : s->first;
    bool good = !s->exhausted;
    for (size_t f = s->function; good && f < s->function_end; f++) {
        size_t start = (size_t)s->image->functions[f].offset;
        good = start <= at || sweep_function(s, at, start, start);
        at = start > at ? start : at;
    }
    if (good) {
        (void)sweep_function(s, at, s->end, s->limit);
    }
}

/* What was found behind the point goes to the sweep that has come there. */
static void take_rest(struct sweep *to, const struct sweep *from, const struct sweep_mark_point *point) {
    size_t count = from->site_count - point->site_count;
    struct scan_site *sites = count == 0 ? to->sites : realloc(to->sites, (to->site_count + count) * sizeof *sites);
    if (count > 0 && sites == NULL) {
        to->exhausted = true;
        return;
    }
    to->sites = sites;
    if (count > 0) {
        memcpy(sites + to->site_count, from->sites + point->site_count, count * sizeof *sites);
    }
    to->site_count += count;
    to->instructions += from->instructions - point->instructions;
    to->skipped += from->skipped - point->skipped;
    to->filled += from->filled - point->filled;
    to->reached = from->reached;
}

void sweep_correct(struct sweep *s, size_t at) {
    struct sweep right = *s;
    right.sites = NULL;
    right.site_count = right.site_capacity = 0;
    right.instructions = right.skipped = right.filled = 0;
    right.reached = at;
    bool met = false;
    for (size_t i = 0; i < s->point_count && !met && !right.exhausted && right.reached < s->end;) {
        if (right.reached < s->points[i].at) {
            (void)sweep_function(&right, right.reached, right.reached + 1, s->limit);
        } else {
            met = right.reached == s->points[i].at;
            i += met ? 0 : 1;
            if (met) {
                take_rest(&right, s, &s->points[i]);
            }
        }
    }
    if (!met && !right.exhausted && right.reached < s->end) {
        (void)sweep_function(&right, right.reached, s->end, s->limit);
    }
    free(s->sites);
    *s = right;
}
