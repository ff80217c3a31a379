/* The arrays of a state as emitted steps take them, and what a plug-in may do with them. */
#include "runner.h"

word128 array_get(const struct emitted_component *c, const struct emitted_array *a, word128 index) {
    for (uint32_t k = 0; k < a->count; k++) {
        if (emitted_index(c, a, k) == index) {
            return emitted_value(c, a, k);
        }
    }
    return 0;
}

static bool array_set(const struct emitted_component *c, struct emitted_array *a, word128 index, word128 value) {
    uint32_t k = 0;
    while (k < a->count && emitted_index(c, a, k) != index) {
        k++;
    }
    if (k >= a->capacity) {
        return false;
    }
    emitted_list(c, a, k, index, value);
    a->count = k == a->count ? k + 1 : a->count;
    return true;
}

void arrays_load(const struct subject *s, const struct sample *x, struct run_arrays *a) {
    for (unsigned i = 0; i < s->listed_count; i++) {
        a->by_leaf[s->listed[i]].count = 0;
    }
    for (unsigned i = 0; i < x->element_count; i++) {
        const struct element *e = &x->elements[i];
        (void)array_set(&s->table->components[e->leaf], &a->by_leaf[e->leaf], e->index, e->value);
    }
}

bool array_has(const struct emitted_component *c, const struct emitted_array *a, word128 index) {
    for (uint32_t k = 0; k < a->count; k++) {
        if (emitted_index(c, a, k) == index) {
            return true;
        }
    }
    return false;
}

void arrays_merge(struct runner *r, bool again) {
    const struct subject *s = r->subject;
    for (unsigned i = 0; i < s->listed_count; i++) {
        const struct emitted_component *c = &s->table->components[s->listed[i]];
        const struct emitted_array *from = &r->expected.arrays.by_leaf[s->listed[i]];
        struct emitted_array *first = &r->first.by_leaf[s->listed[i]];
        word128 *known = r->known_elements + (size_t)i * RUN_ROOM;
        first->count = again ? first->count : 0;
        for (uint32_t k = 0; k < from->count; k++) {
            word128 index = emitted_index(c, from, k);
            if (!array_has(c, first, index) && array_set(c, first, index, again ? 0 : emitted_value(c, from, k))) {
                known[first->count - 1] = ~(word128)0;
            }
        }
        for (uint32_t k = 0; k < first->count; k++) {
            known[k] &= ~(array_get(c, from, emitted_index(c, first, k)) ^ emitted_value(c, first, k));
        }
    }
}

bool arrays_agree(const struct runner *r) {
    const struct subject *s = r->subject;
    for (unsigned i = 0; i < s->listed_count; i++) {
        const struct emitted_component *c = &s->table->components[s->listed[i]];
        const struct emitted_array *first = &r->first.by_leaf[s->listed[i]];
        const struct emitted_array *seen = &r->seen.arrays.by_leaf[s->listed[i]];
        for (uint32_t k = 0; !r->plugin->ignored[s->listed[i]] && k < first->count; k++) {
            if (((array_get(c, seen, emitted_index(c, first, k)) ^ emitted_value(c, first, k)) & r->known_elements[(size_t)i * RUN_ROOM + k]) != 0) {
                return false;
            }
        }
        for (uint32_t k = 0; !r->plugin->ignored[s->listed[i]] && k < seen->count; k++) {
            if (!array_has(c, first, emitted_index(c, seen, k)) && emitted_value(c, seen, k) != 0) {
                return false;
            }
        }
    }
    return true;
}

bool same_arrays(const struct runner *r) {
    const struct subject *s = r->subject;
    for (unsigned i = 0; i < s->listed_count; i++) {
        unsigned leaf = s->listed[i];
        const struct emitted_component *c = &s->table->components[leaf];
        const struct emitted_array *a = &r->expected.arrays.by_leaf[leaf];
        const struct emitted_array *b = &r->seen.arrays.by_leaf[leaf];
        if (r->plugin->ignored[leaf]) {
            continue;
        }
        for (uint32_t k = 0; k < a->count; k++) {
            if (array_get(c, b, emitted_index(c, a, k)) != emitted_value(c, a, k)) {
                return false;
            }
        }
        for (uint32_t k = 0; k < b->count; k++) {
            if (array_get(c, a, emitted_index(c, b, k)) != emitted_value(c, b, k)) {
                return false;
            }
        }
    }
    return true;
}

static const struct emitted_component *listed(const struct runner *r, uint32_t array) {
    for (unsigned i = 0; i < r->subject->listed_count; i++) {
        if (r->subject->listed[i] == array) {
            return &r->subject->table->components[array];
        }
    }
    return NULL;
}

static word128 host_get(struct popek_host *h, uint32_t array, uint64_t index) {
    const struct emitted_component *c = listed(h->runner, array);
    return c == NULL ? 0 : array_get(c, &h->runner->seen.arrays.by_leaf[array], cut(index, c->index_width));
}

static void host_set(struct popek_host *h, uint32_t array, uint64_t index, word128 value) {
    const struct emitted_component *c = listed(h->runner, array);
    if (c == NULL || !array_set(c, &h->runner->seen.arrays.by_leaf[array], cut(index, c->index_width), cut(value, c->width))) {
        h->runner->stray = true;
    }
}

static void host_read(struct popek_host *h, uint64_t address, void *to, uint32_t size) {
    (void)h;
    (void)address;
    memset(to, 0, size);
}

static void host_write(struct popek_host *h, uint64_t address, const void *from, uint32_t size) {
    (void)address;
    (void)from;
    h->runner->stray = h->runner->stray || size > 0;
}

void runner_offer(struct runner *r, struct popek_call *call) {
    r->host = (struct popek_host){.runner = r, .get = host_get, .set = host_set};
    host_offer(&r->host, call);
    call->arrays = r->seen.arrays.by_leaf;
    call->read = host_read;
    call->write = host_write;
}
