/* The symbols of terms: the cone of what was visited, collected when it is first asked about. */
#include "symbol_walk.h"

#include "../isa-model/grow.h"

#include <stdlib.h>

void symbol_walk_start(struct symbol_walk *w) {
    w->root_count = 0;
    w->collected = false;
}

void symbol_walk_visit(struct symbol_walk *w, term t) {
    if (t == TERM_NONE) {
        return;
    }
    term *roots = array_grow(w->roots, w->root_count, &w->capacity, sizeof *roots);
    if (roots == NULL) {
        w->exhausted = true;
        return;
    }
    w->roots = roots;
    w->roots[w->root_count++] = t;
    w->collected = false;
}

static bool collect(struct symbol_walk *w) {
    w->cone = w->cone == NULL ? cone_new(w->pool) : w->cone;
    return w->cone != NULL && cone_collect(w->cone, w->roots, w->root_count);
}

bool symbol_walk_found(struct symbol_walk *w, symbol s) {
    w->exhausted = w->exhausted || (!w->collected && !collect(w));
    w->collected = true;
    return !w->exhausted && cone_contains(w->cone, term_apply(w->pool, s, NULL, 0));
}

void symbol_walk_free(struct symbol_walk *w) {
    cone_free(w->cone);
    free(w->roots);
    *w = (struct symbol_walk){.pool = w->pool};
}
