/* Which terms lie below some roots, how often each is used, and how large it is written out. */
#include "emit_plan.h"
#include "grow.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST_SIZE 1000000u

struct node {
    uint32_t uses, size, number;
};
struct sharing {
    struct node *nodes; /* by term */
    size_t capacity;
    term *terms;
    size_t count, term_capacity;
    bool failed;
};

struct sharing *sharing_new(void) {
    return calloc(1, sizeof(struct sharing));
}

void sharing_free(struct sharing *s) {
    if (s != NULL) {
        free(s->nodes);
        free(s->terms);
        free(s);
    }
}

static bool is_element(const struct isa *isa, const struct term_view *view) {
    if (view->operation != TERM_APPLY || view->argument_count != 1) {
        return false;
    }
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == view->symbol) {
            return true;
        }
    }
    return false;
}

static void append(struct sharing *s, term t) {
    term *terms = array_grow(s->terms, s->count, &s->term_capacity, sizeof *terms);
    if (terms == NULL) {
        s->failed = true;
        return;
    }
    s->terms = terms;
    s->terms[s->count++] = t;
}

static void visit(struct sharing *s, const struct isa *isa, term t, bool stop_at_elements) {
    if (s->nodes[t].uses++ > 0) {
        return;
    }
    struct term_view view = term_look(isa->pool, t);
    uint32_t size = 1;
    if (!stop_at_elements || !is_element(isa, &view)) {
        for (unsigned i = 0; i < view.argument_count; i++) {
            visit(s, isa, view.arguments[i], stop_at_elements);
            size += s->nodes[view.arguments[i]].size;
            size = size > LARGEST_SIZE ? LARGEST_SIZE : size;
        }
    }
    s->nodes[t].size = size;
    append(s, t);
}

bool sharing_collect(struct sharing *s, const struct isa *isa, const term *roots, size_t count, bool stop_at_elements) {
    size_t size = term_pool_size(isa->pool);
    for (size_t i = 0; i < s->count; i++) {
        memset(&s->nodes[s->terms[i]], 0, sizeof s->nodes[0]);
    }
    s->count = 0;
    if (size > s->capacity) {
        size_t wanted = size + size / 2;
        struct node *nodes = realloc(s->nodes, wanted * sizeof *nodes);
        if (nodes == NULL) {
            return false;
        }
        memset(nodes + s->capacity, 0, (wanted - s->capacity) * sizeof *nodes);
        s->nodes = nodes;
        s->capacity = wanted;
    }
    for (size_t i = 0; i < count; i++) {
        visit(s, isa, roots[i], stop_at_elements);
    }
    return !s->failed;
}

size_t sharing_count(const struct sharing *s) { return s->count; }
const term *sharing_terms(const struct sharing *s) { return s->terms; }
bool sharing_contains(const struct sharing *s, term t) { return t < s->capacity && s->nodes[t].uses > 0; }
unsigned sharing_uses(const struct sharing *s, term t) { return s->nodes[t].uses; }
unsigned sharing_size(const struct sharing *s, term t) { return s->nodes[t].size; }
unsigned sharing_number(const struct sharing *s, term t) { return s->nodes[t].number; }
void sharing_set_number(struct sharing *s, term t, unsigned number) { s->nodes[t].number = number; }
