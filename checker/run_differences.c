/* Tells in what the last run differed. */
#include "runner.h"

#include <stdio.h>

struct list {
    struct check_difference *items;
    size_t most, count;
};

static void add(struct list *l, word128 expected, word128 seen, const char *name, const char *index) {
    if (l->count < l->most) {
        struct check_difference *d = &l->items[l->count];
        (void)snprintf(d->name, sizeof d->name, "%s%s", name, index);
        d->expected = expected;
        d->seen = seen;
    }
    l->count++;
}

static void add_state(struct runner *r, const struct step_effect *o, struct list *l) {
    const struct subject *s = r->subject;
    for (size_t i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            size_t at = emitted_place(c, k);
            word128 known = emitted_load(r->known + at, c->width);
            word128 expected = emitted_load(o->state + at, c->width);
            word128 seen = emitted_load(r->seen.state + at, c->width);
            char index[24] = "";
            if (c->index_width > 0) {
                (void)snprintf(index, sizeof index, "[%zu]", k);
            }
            if (((expected ^ seen) & known) != 0) {
                add(l, expected, seen, c->name, index);
            }
        }
    }
}

static void add_arrays(const struct runner *r, struct list *l) {
    const struct subject *s = r->subject;
    for (unsigned i = 0; i < s->listed_count; i++) {
        unsigned leaf = s->listed[i];
        const struct emitted_component *c = &s->table->components[leaf];
        for (unsigned side = 0; side < 2 && !r->plugin->ignored[leaf]; side++) { /* elements that are expected; others that were seen */
            const struct emitted_array *a = side == 0 ? &r->first.by_leaf[leaf] : &r->seen.arrays.by_leaf[leaf];
            const struct emitted_array *b = side == 0 ? &r->seen.arrays.by_leaf[leaf] : &r->first.by_leaf[leaf];
            for (uint32_t k = 0; k < a->count; k++) {
                word128 at = emitted_index(c, a, k);
                word128 one = emitted_value(c, a, k);
                word128 other = array_get(c, b, at);
                word128 known = side == 0 ? r->known_elements[(size_t)i * RUN_ROOM + k] : ~(word128)0;
                char index[40];
                (void)snprintf(index, sizeof index, "[0x%llx]", (unsigned long long)at);
                if (((one ^ other) & known) != 0 && (side == 0 || !array_has(c, b, at))) {
                    add(l, side == 0 ? one : other, side == 0 ? other : one, c->name, index);
                }
            }
        }
    }
}

size_t runner_differences(struct runner *r, const struct sample *x, const struct run_verdict *v, struct check_difference *items, size_t most) {
    const struct subject *s = r->subject;
    struct list l = {items, most, 0};
    if (v->property != CHECK_WRONG_STATE && v->property != CHECK_FAULT_CHANGES) {
        return 0;
    }
    const struct step_effect *o = NULL;
    for (unsigned i = 0; i < CONFIRMING_AGAIN; i++) { /* a result with the outcome that was seen */
        o = runner_reference(r, x, i);
        if (o->code == v->seen && o->argument == v->seen_argument) {
            break;
        }
    }
    add_state(r, o, &l);
    for (size_t i = 0; v->seen == 0 && i < s->step->operand_count; i++) {
        bool written = (s->step->operands[i].direction & 2) != 0;
        if (written && cut((o->operands[i] ^ r->seen.operands[i]) & r->known_operands[i], s->step->operands[i].width) != 0) {
            add(&l, o->operands[i], r->seen.operands[i], "operand ", s->step->operands[i].name);
        }
    }
    add_arrays(r, &l);
    return l.count;
}
