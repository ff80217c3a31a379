/* Keeps the rows about one machine, and counts what comes of them. */
#include "explanations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENOUGH_RUNS 100u /* for a row that never shows to be called stale: some differences need a rare state */

struct explanations {
    const struct isa *isa;
    struct records *records;
    struct explanation *items; /* rows about this machine */
    size_t count;
    /* Those about one form in one world, because runs of a form come one after the other. */
    size_t *near;
    size_t near_count;
    unsigned form;
    const struct world *world;
};

static bool say(char **message, const struct record *r) {
    if (asprintf(message, "recorded differences, line %u: no form or instruction '%s'", r->line, r->form) < 0) {
        *message = NULL;
    }
    return false;
}

struct explanations *explanations_new(const char *text, const struct isa *isa, const char *backend, const char *description, char **message) {
    struct explanations *e = calloc(1, sizeof *e);
    *message = NULL;
    if (e == NULL) {
        return NULL;
    }
    e->isa = isa;
    e->records = records_read(text, message);
    size_t all = e->records == NULL ? 0 : records_count(e->records);
    const struct record *stranger = e->records == NULL ? NULL : records_bind(e->records, isa);
    e->items = calloc(all + 1, sizeof *e->items);
    e->near = calloc(all + 1, sizeof *e->near);
    bool good = e->records != NULL && e->items != NULL && e->near != NULL;
    if (!good || (stranger != NULL && !say(message, stranger))) {
        explanations_free(e);
        return NULL;
    }
    for (size_t i = 0; i < all; i++) {
        if (record_is_on(records_at(e->records, i), backend, description)) {
            e->items[e->count++].record = records_at(e->records, i);
        }
    }
    return e;
}

void explanations_free(struct explanations *e) {
    if (e != NULL) {
        records_free(e->records);
        free(e->items);
        free(e->near);
        free(e);
    }
}

static void look_near(struct explanations *e, unsigned form, const struct world *world) {
    if (e->world == world && e->form == form) {
        return;
    }
    e->form = form;
    e->world = world;
    e->near_count = 0;
    for (size_t i = 0; i < e->count; i++) {
        if (!record_excludes(e->items[i].record) && record_is_about(e->items[i].record, &e->isa->forms[form], world)) {
            e->near[e->near_count++] = i;
        }
    }
}

const struct record *explanations_find(struct explanations *e, unsigned form, const struct world *world, const struct observation *o) {
    struct explanation *found = NULL;
    look_near(e, form, world);
    for (size_t i = 0; i < e->near_count; i++) {
        struct explanation *x = &e->items[e->near[i]];
        x->runs++;
        if (found == NULL && record_explains(x->record, o)) {
            found = x;
            x->shown++;
        }
    }
    return found == NULL ? NULL : found->record;
}

const struct record *explanations_exclusion(const struct explanations *e, unsigned form, const struct world *world) {
    for (size_t i = 0; i < e->count; i++) {
        const struct record *r = e->items[i].record;
        if (record_excludes(r) && record_is_about(r, &e->isa->forms[form], world)) {
            return r;
        }
    }
    return NULL;
}

size_t explanations_count(const struct explanations *e) { return e->count; }
const struct explanation *explanations_at(const struct explanations *e, size_t i) { return &e->items[i]; }
bool explanation_is_stale(const struct explanation *x) { return x->shown == 0 && x->runs >= ENOUGH_RUNS && !record_excludes(x->record); }
