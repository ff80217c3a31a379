/* Which symbols terms are made of. Internal to the x86 tables. */
#ifndef POPEK_SYMBOL_WALK_H
#define POPEK_SYMBOL_WALK_H

#include "../isa-model/term_cone.h"

/* All zero but the pool before the first walk. */
struct symbol_walk {
    struct term_pool *pool;
    struct cone *cone; /* of the terms of the current walk, once it has been asked */
    term *roots;
    size_t root_count, capacity;
    bool collected;
    bool exhausted; /* of memory: what was found means nothing */
};

/* A new walk, which has found nothing. */
void symbol_walk_start(struct symbol_walk *w);
/* Adds the symbols of a term; TERM_NONE has none. */
void symbol_walk_visit(struct symbol_walk *w, term t);
/* Whether a symbol without arguments is in any term that was visited. */
bool symbol_walk_found(struct symbol_walk *w, symbol s);
void symbol_walk_free(struct symbol_walk *w);

#endif
