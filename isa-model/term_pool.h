/* Inside of a term pool, for the files that make up the term library. */
#ifndef POPEK_TERM_POOL_H
#define POPEK_TERM_POOL_H

#include "term.h"

struct term_node {
    uint8_t operation;
    uint8_t width;
    uint8_t low; /* TERM_EXTRACT */
    uint32_t hash;
    uint32_t arguments[3]; /* TERM_APPLY: symbol, offset into `lists`, count; TERM_CONSTANT: index into `constants` */
};

struct term_symbol_entry {
    char *name;
    unsigned width, argument_count;
    unsigned *argument_widths;
};

struct term_pool {
    struct term_node *nodes;
    size_t node_count, node_capacity;
    word128 *constants;
    size_t constant_count, constant_capacity;
    term *lists; /* arguments of applications */
    size_t list_count, list_capacity;
    uint32_t *table; /* hash table of node numbers + 1 */
    size_t table_size;
    struct term_symbol_entry *symbols;
    size_t symbol_count, symbol_capacity;
    uint32_t *symbol_table; /* hash table of symbol numbers + 1 */
    size_t symbol_table_size;
    term truth[2]; /* the two constants of width 1, once they are known */
    bool truth_known[2];
    struct cone *scratch; /* working memory of term_evaluate */
    size_t questions;     /* how many terms more there may be, for what is asked about the description */
    bool failed;
};

/* Makes room for one more element; false and pool->failed when there is none. */
bool term_pool_reserve(struct term_pool *pool, void **array, size_t *capacity, size_t count, size_t more, size_t size);
/* Finds or adds a node of the operator with these arguments. */
term term_intern(struct term_pool *pool, enum term_operator operation, unsigned width, unsigned low, term a, term b, term c);

/* The value of an operator on numbers that lie within `width`; comparisons give 0 or 1. */
word128 term_compute(enum term_operator operation, unsigned width, word128 a, word128 b);

static inline word128 term_mask(unsigned width) { return width >= TERM_MAXIMUM_WIDTH ? ~(word128)0 : (((word128)1 << width) - 1); }

#endif
