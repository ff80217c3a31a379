/* Hash-consed bit-vector terms: the one form in which every reading of an ISA sees its semantics. */
#ifndef POPEK_TERM_H
#define POPEK_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Widths are 1 to 128 bits; a truth value is a term of width 1. Equal terms of one pool have equal handles, and the arguments of a term have
 * smaller handles than the term itself, so a loop from 0 upwards visits arguments first. */
typedef uint32_t term;
typedef uint32_t symbol;
__extension__ typedef unsigned __int128 word128;

#define TERM_NONE UINT32_MAX
#define TERM_MAXIMUM_WIDTH 128u
#define TERM_MAXIMUM_ARGUMENTS 32u

enum term_operator {
    TERM_CONSTANT, /* a number */
    TERM_APPLY,    /* a symbol applied to zero or more arguments: a variable, an array as it was before the instruction, an opaque function */
    TERM_NOT,      /* bitwise, of any width */
    TERM_AND,
    TERM_OR,
    TERM_XOR,
    TERM_ADD,
    TERM_SUBTRACT,
    TERM_MULTIPLY,
    TERM_SHIFT_LEFT,  /* both arguments have the same width, as in SMT-LIB */
    TERM_SHIFT_RIGHT, /* logical */
    TERM_EQUAL,       /* width 1 */
    TERM_LESS,        /* unsigned, width 1 */
    TERM_SIGNED_LESS, /* width 1 */
    TERM_IF,          /* condition of width 1, then, else */
    TERM_CONCATENATE, /* more significant part first */
    TERM_EXTRACT      /* low bit in `low`, as wide as the term */
};

struct term_pool;

/* What a node is made of, for translators. `arguments` points into the pool and is valid until the next term is made. */
struct term_view {
    enum term_operator operation;
    unsigned width;
    unsigned argument_count;
    const term *arguments;
    symbol symbol;    /* TERM_APPLY */
    word128 constant; /* TERM_CONSTANT */
    unsigned low;     /* TERM_EXTRACT */
};

/* A pool, or NULL when memory is exhausted. Running out of memory later is sticky: see term_pool_failed. */
struct term_pool *term_pool_new(void);
void term_pool_free(struct term_pool *pool);
/* True when the pool ran out of memory or of its limit of terms; every term made since is meaningless. */
bool term_pool_failed(const struct term_pool *pool);
/* Lets the pool grow by so many terms over what a description may have, for the questions about it. */
void term_pool_ask(struct term_pool *pool, size_t terms);
size_t term_pool_size(const struct term_pool *pool);

/* Symbols are named; the same name gives the same symbol, whose result and argument widths are those given first. */
symbol term_symbol(struct term_pool *pool, const char *name, unsigned width, const unsigned *argument_widths, unsigned argument_count);
size_t term_symbol_count(const struct term_pool *pool);
const char *term_symbol_name(const struct term_pool *pool, symbol s);
unsigned term_symbol_width(const struct term_pool *pool, symbol s);
unsigned term_symbol_argument_count(const struct term_pool *pool, symbol s);
const unsigned *term_symbol_argument_widths(const struct term_pool *pool, symbol s);

struct term_view term_look(const struct term_pool *pool, term t);
unsigned term_width(const struct term_pool *pool, term t);
bool term_is_constant(const struct term_pool *pool, term t, word128 *value);

/* Makers. They simplify what is plain (constants, equal branches, neutral elements). Argument widths must already agree. */
term term_constant(struct term_pool *pool, unsigned width, word128 value);
term term_apply(struct term_pool *pool, symbol s, const term *arguments, unsigned argument_count);
term term_not(struct term_pool *pool, term a);
term term_and(struct term_pool *pool, term a, term b);
term term_or(struct term_pool *pool, term a, term b);
term term_xor(struct term_pool *pool, term a, term b);
term term_binary(struct term_pool *pool, enum term_operator operation, term a, term b);
term term_equal(struct term_pool *pool, term a, term b);
term term_less(struct term_pool *pool, term a, term b);
term term_if(struct term_pool *pool, term condition, term a, term b);
term term_concatenate(struct term_pool *pool, term high, term low);
term term_extract(struct term_pool *pool, unsigned high, unsigned low, term a);
term term_zero_extend(struct term_pool *pool, unsigned width, term a);
term term_sign_extend(struct term_pool *pool, unsigned width, term a);
/* A term like `view` but with other arguments, simplified again; TERM_NONE for a constant, which has none. */
term term_rebuild(struct term_pool *pool, const struct term_view *view, const term *arguments);
static inline term term_true(struct term_pool *pool) { return term_constant(pool, 1, 1); }
static inline term term_false(struct term_pool *pool) { return term_constant(pool, 1, 0); }

/* Replacing symbols. A substitution remembers what it has replaced; it belongs to one pool. */
struct substitution;
struct substitution *substitution_new(struct term_pool *pool);
void substitution_free(struct substitution *s);
/* Every application of `from` becomes an application of `to` (same widths). Set all replacements before the first use. */
void substitution_rename(struct substitution *s, symbol from, symbol to);
/* A symbol without arguments becomes a term. */
void substitution_replace(struct substitution *s, symbol from, term to);
/* A term, wherever it stands, becomes another one; of two for the same term the first counts. */
void substitution_put(struct substitution *s, term from, term to);
term substitute(struct substitution *s, term t);

/* Not for several threads at once: the pool lends its working memory. The value of terms when `lookup` gives the value of each application. Results
 * of `count` roots go to `values`. False: out of memory. */
typedef word128 (*term_lookup)(void *context, symbol s, const word128 *arguments, unsigned argument_count);
bool term_evaluate(const struct term_pool *pool, const term *roots, size_t count, term_lookup lookup, void *context, word128 *values);

/* Marks (in `marks`, one byte a term, term_pool_size bytes, cleared by the caller) every term that `root` is built of. */
void term_mark(const struct term_pool *pool, term root, unsigned char *marks);

#endif
