/* Which symbols terms are made of. Internal to the x86 tables. */
#ifndef POPEK_SYMBOL_WALK_H
#define POPEK_SYMBOL_WALK_H

#include "../isa-model/term.h"

/* All zero but the pool before the first walk. */
struct symbol_walk {
    const struct term_pool *pool;
    uint32_t *stamps; /* by term: the walk that has seen it */
    size_t stamp_count;
    uint32_t now;
    term *stack;
    size_t depth, capacity;
    symbol *found; /* of the current walk; one may be there twice */
    size_t found_count, found_capacity;
    bool exhausted; /* of memory: what was found means nothing */
};

/* A new walk, which has found nothing. */
void symbol_walk_start(struct symbol_walk *w);
/* Adds the symbols of a term; TERM_NONE has none. */
void symbol_walk_visit(struct symbol_walk *w, term t);
bool symbol_walk_found(const struct symbol_walk *w, symbol s);
void symbol_walk_free(struct symbol_walk *w);

#endif
