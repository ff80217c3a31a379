/* Terms without values wider than 64 bits. */
#ifndef POPEK_VIRTUAL_NARROW_H
#define POPEK_VIRTUAL_NARROW_H

#include "arena.h"
#include "isa.h"

#define NARROW_WIDTH 64u

/* Which narrow symbols stand for the parts of a symbol, for each element of an array that lies in scalars. */
struct narrow_symbol {
    bool known;
    unsigned parts;    /* 1, or 2: low and high */
    unsigned elements; /* 0: it is not an array in scalars */
    const symbol *symbols;
};

struct narrowing {
    struct arena *arena;
    struct term_pool *pool;
    struct narrow_symbol *symbols; /* by symbol */
    size_t symbol_capacity;
    term *memory; /* by term */
    size_t memory_size;
    /* Called for a symbol that is not known yet: an opaque function. */
    void (*unknown)(struct narrowing *n, void *context, symbol s);
    void *context;
    bool failed; /* a wide value is needed as a whole */
};

void narrowing_start(struct narrowing *n, struct arena *arena, struct term_pool *pool);
void narrowing_learn(struct narrowing *n, symbol s, unsigned elements, unsigned parts, const symbol *symbols);
/* Bits `high` to `low`, at most 64, of a term. */
term narrow_bits(struct narrowing *n, term t, unsigned high, unsigned low);
/* A term of at most 64 bits. */
term narrow(struct narrowing *n, term t);

/* virtual_masks.c: the same value as a row of fields, where it is one with some bits forced to 0 and others to 1; else the term itself. */
term narrow_forced_bits(struct term_pool *pool, term t);
/* Fields side by side, and a choice: where parts of them are chosen by one condition, one choice by it. A field of a descriptor is then never a
 * product of two choices of a descriptor. */
term narrow_concatenation(struct term_pool *pool, term high, term low);
term narrow_choice(struct term_pool *pool, term test, term first, term second);
/* `a & b`, a choice where one of them is a choice, and without checks that the other has made. */
term narrow_and(struct term_pool *pool, term a, term b);

#endif
