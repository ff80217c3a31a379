/* A walk over terms without recursion; each is seen once, however often it occurs. */
#include "symbol_walk.h"

#include <stdlib.h>
#include <string.h>

static bool grow(void **array, size_t *capacity, size_t needed, size_t size) {
    if (needed <= *capacity) {
        return true;
    }
    size_t larger = *capacity == 0 ? 256 : *capacity * 2;
    larger = larger < needed ? needed : larger;
    void *moved = realloc(*array, larger * size);
    if (moved != NULL) {
        memset((char *)moved + *capacity * size, 0, (larger - *capacity) * size);
        *array = moved;
        *capacity = larger;
    }
    return moved != NULL;
}

static void push(struct symbol_walk *w, term t) {
    void *stamps = w->stamps;
    void *stack = w->stack;
    bool good = grow(&stamps, &w->stamp_count, (size_t)t + 1, sizeof *w->stamps) && grow(&stack, &w->capacity, w->depth + 1, sizeof *w->stack);
    w->stamps = stamps;
    w->stack = stack;
    w->exhausted = w->exhausted || !good;
    if (good && w->stamps[t] != w->now) {
        w->stamps[t] = w->now;
        w->stack[w->depth++] = t;
    }
}

static void note(struct symbol_walk *w, symbol s) {
    void *found = w->found;
    bool good = grow(&found, &w->found_capacity, w->found_count + 1, sizeof *w->found);
    w->found = found;
    w->exhausted = w->exhausted || !good;
    if (good) {
        w->found[w->found_count++] = s;
    }
}

void symbol_walk_start(struct symbol_walk *w) {
    w->now++;
    w->found_count = 0;
    w->depth = 0;
}

void symbol_walk_visit(struct symbol_walk *w, term t) {
    if (t == TERM_NONE) {
        return;
    }
    push(w, t);
    while (w->depth > 0 && !w->exhausted) {
        struct term_view v = term_look(w->pool, w->stack[--w->depth]);
        if (v.operation == TERM_APPLY) {
            note(w, v.symbol);
        }
        for (unsigned i = 0; i < v.argument_count; i++) {
            push(w, v.arguments[i]);
        }
    }
}

bool symbol_walk_found(const struct symbol_walk *w, symbol s) {
    for (size_t i = 0; i < w->found_count; i++) {
        if (w->found[i] == s) {
            return true;
        }
    }
    return false;
}

void symbol_walk_free(struct symbol_walk *w) {
    free(w->stamps);
    free(w->stack);
    free(w->found);
    *w = (struct symbol_walk){.pool = w->pool};
}
