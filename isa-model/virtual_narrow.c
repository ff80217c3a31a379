/* Says the same with narrow values: wide variables become two, wide arguments of functions two arguments, and wide terms are taken apart. */
#include "virtual_narrow.h"

#include <string.h>

void narrowing_start(struct narrowing *n, struct arena *arena, struct term_pool *pool) {
    memset(n, 0, sizeof *n);
    n->arena = arena;
    n->pool = pool;
}

void narrowing_learn(struct narrowing *n, symbol s, unsigned elements, unsigned parts, const symbol *symbols) {
    if (s >= n->symbol_capacity) {
        size_t capacity = 2 * (size_t)s + 64;
        struct narrow_symbol *more = arena_allocate(n->arena, capacity * sizeof *more);
        if (n->symbol_capacity > 0) {
            memcpy(more, n->symbols, n->symbol_capacity * sizeof *more);
        }
        n->symbols = more;
        n->symbol_capacity = capacity;
    }
    n->symbols[s] = (struct narrow_symbol){true, parts, elements, symbols};
}

static void remember(struct narrowing *n, term from, term to) {
    if (from >= n->memory_size) {
        size_t size = 2 * (size_t)from + 1024;
        term *memory = arena_allocate(n->arena, size * sizeof *memory);
        memset(memory, 0xff, size * sizeof *memory); /* TERM_NONE everywhere */
        if (n->memory_size > 0) {
            memcpy(memory, n->memory, n->memory_size * sizeof *memory);
        }
        n->memory = memory;
        n->memory_size = size;
    }
    n->memory[from] = to;
}

static const struct narrow_symbol *parts_of(struct narrowing *n, symbol s) {
    if (s >= n->symbol_capacity || !n->symbols[s].known) {
        n->unknown(n, n->context, s);
    }
    return &n->symbols[s];
}

/* An application of a part of the symbol to the narrow parts of its arguments. */
static term apply_part(struct narrowing *n, symbol s, symbol part, const term *arguments, unsigned count) {
    term narrow_arguments[2 * TERM_MAXIMUM_ARGUMENTS];
    unsigned narrow_count = 0;
    const unsigned *widths = term_symbol_argument_widths(n->pool, s);
    for (unsigned i = 0; i < count; i++) {
        unsigned width = widths[i];
        narrow_arguments[narrow_count++] = narrow_bits(n, arguments[i], (width > NARROW_WIDTH ? NARROW_WIDTH : width) - 1, 0);
        if (width > NARROW_WIDTH) {
            narrow_arguments[narrow_count++] = narrow_bits(n, arguments[i], width - 1, NARROW_WIDTH);
        }
    }
    if (narrow_count > TERM_MAXIMUM_ARGUMENTS) {
        n->failed = true;
        return term_constant(n->pool, term_symbol_width(n->pool, part), 0);
    }
    return term_apply(n->pool, part, narrow_arguments, narrow_count);
}

/* One part of an application: 0 the low 64 bits, 1 the rest. */
static term narrow_apply(struct narrowing *n, term t, unsigned part) {
    struct term_view v = term_look(n->pool, t);
    term arguments[TERM_MAXIMUM_ARGUMENTS] = {TERM_NONE};
    unsigned count = v.argument_count;
    if (count > 0) {
        memcpy(arguments, v.arguments, count * sizeof arguments[0]);
    }
    const struct narrow_symbol *s = parts_of(n, v.symbol);
    unsigned elements = s->elements;
    unsigned parts = s->parts;
    const symbol *symbols = s->symbols;
    if (elements == 0) {
        return apply_part(n, v.symbol, symbols[part], arguments, count);
    }
    term index = narrow(n, arguments[0]);
    term result = term_apply(n->pool, symbols[(elements - 1) * parts + part], NULL, 0);
    for (unsigned i = elements - 1; i-- > 0;) {
        term here = term_equal(n->pool, index, term_constant(n->pool, term_width(n->pool, index), i));
        result = term_if(n->pool, here, term_apply(n->pool, symbols[i * parts + part], NULL, 0), result);
    }
    return result;
}

static term wide_bits(struct narrowing *n, term t, unsigned high, unsigned low) {
    struct term_pool *pool = n->pool;
    struct term_view v = term_look(pool, t);
    term a = v.argument_count > 0 && v.operation != TERM_APPLY ? v.arguments[0] : TERM_NONE;
    term b = v.argument_count > 1 && v.operation != TERM_APPLY ? v.arguments[1] : TERM_NONE;
    term c = v.argument_count > 2 && v.operation != TERM_APPLY ? v.arguments[2] : TERM_NONE;
    switch (v.operation) {
    case TERM_CONSTANT:
        return term_constant(pool, high - low + 1, v.constant >> low);
    case TERM_APPLY:
        if (high < NARROW_WIDTH) {
            return term_extract(pool, high, low, narrow_apply(n, t, 0));
        }
        if (low >= NARROW_WIDTH) {
            return term_extract(pool, high - NARROW_WIDTH, low - NARROW_WIDTH, narrow_apply(n, t, 1));
        }
        return term_concatenate(pool, wide_bits(n, t, high, NARROW_WIDTH), wide_bits(n, t, NARROW_WIDTH - 1, low));
    case TERM_NOT:
        return term_not(pool, narrow_bits(n, a, high, low));
    case TERM_AND:
        return term_and(pool, narrow_bits(n, a, high, low), narrow_bits(n, b, high, low));
    case TERM_OR:
        return term_or(pool, narrow_bits(n, a, high, low), narrow_bits(n, b, high, low));
    case TERM_XOR:
        return term_xor(pool, narrow_bits(n, a, high, low), narrow_bits(n, b, high, low));
    case TERM_IF:
        return term_if(pool, narrow(n, a), narrow_bits(n, b, high, low), narrow_bits(n, c, high, low));
    case TERM_CONCATENATE: {
        unsigned width = term_width(pool, b);
        if (high < width) {
            return narrow_bits(n, b, high, low);
        }
        if (low >= width) {
            return narrow_bits(n, a, high - width, low - width);
        }
        return term_concatenate(pool, narrow_bits(n, a, high - width, 0), narrow_bits(n, b, width - 1, low));
    }
    case TERM_EXTRACT:
        return narrow_bits(n, a, high + v.low, low + v.low);
    case TERM_SHIFT_RIGHT: {
        word128 amount = 0;
        if (term_is_constant(pool, b, &amount) && amount < v.width && high + amount < v.width) {
            return narrow_bits(n, a, high + (unsigned)amount, low + (unsigned)amount);
        }
        n->failed = true;
        return term_constant(pool, high - low + 1, 0);
    }
    default:
        n->failed = true;
        return term_constant(pool, high - low + 1, 0);
    }
}

static term extract(struct term_pool *pool, term t, unsigned high, unsigned low);

static term plain_bits(struct term_pool *pool, term t, unsigned high, unsigned low) {
    struct term_view v = term_look(pool, t);
    return v.operation == TERM_NOT ? term_not(pool, extract(pool, v.arguments[0], high, low)) : extract(pool, t, high, low);
}

/* Bits of `value & mask`, or of its complement: a row of fields and zeros, or of complements and ones. TERM_NONE: there is no such mask. */
static term masked_bits(struct term_pool *pool, term t, unsigned high, unsigned low, bool complement) {
    struct term_view v = term_look(pool, t);
    word128 mask = 0;
    unsigned i = 0;
    while (i < 2 && v.operation == TERM_AND && !term_is_constant(pool, v.arguments[i], &mask)) {
        i++;
    }
    if (v.operation != TERM_AND || i == 2) {
        return TERM_NONE;
    }
    term result = TERM_NONE;
    for (unsigned first = low, last = low; first <= high; first = last + 1) {
        last = first;
        while (last < high && (mask >> (last + 1) & 1) == (mask >> first & 1)) {
            last++;
        }
        term run = (mask >> first & 1) != 0 ? plain_bits(pool, v.arguments[1 - i], last, first) : term_constant(pool, last - first + 1, 0);
        run = complement ? term_not(pool, run) : run;
        result = result == TERM_NONE ? run : term_concatenate(pool, run, result);
    }
    return result;
}

/* The same of `&`, and of `|`, which is a complement of `&`, with a constant. */
static term unmasked_bits(struct term_pool *pool, term t, unsigned high, unsigned low) {
    struct term_view v = term_look(pool, t);
    return v.operation == TERM_NOT ? masked_bits(pool, v.arguments[0], high, low, true) : masked_bits(pool, t, high, low, false);
}

static bool is_row(const struct term_pool *pool, term t) {
    struct term_view v = term_look(pool, t);
    return v.operation == TERM_CONCATENATE || (v.operation == TERM_NOT && is_row(pool, v.arguments[0])) ||
           (v.operation == TERM_AND && (is_row(pool, v.arguments[0]) || is_row(pool, v.arguments[1])));
}

/* Bits of `&` and `|` of rows of fields are those of the fields. */
static term bits_of_row(struct term_pool *pool, term t, unsigned high, unsigned low) {
    struct term_view v = term_look(pool, t);
    if (v.operation == TERM_NOT) {
        return term_not(pool, bits_of_row(pool, v.arguments[0], high, low));
    }
    if (v.operation != TERM_AND || !is_row(pool, t)) {
        return term_extract(pool, high, low, t);
    }
    term first = bits_of_row(pool, v.arguments[0], high, low);
    return term_and(pool, first, bits_of_row(pool, v.arguments[1], high, low));
}

/* Bits of a choice are a choice of bits, where that makes the branches simpler. */
static term extract(struct term_pool *pool, term t, unsigned high, unsigned low) {
    struct term_view v = term_look(pool, t);
    word128 amount = 0;
    if (v.operation == TERM_SHIFT_RIGHT && term_is_constant(pool, v.arguments[1], &amount) && amount < v.width && high + amount < v.width) {
        return extract(pool, v.arguments[0], high + (unsigned)amount, low + (unsigned)amount);
    }
    if (v.operation != TERM_IF) {
        term bits = unmasked_bits(pool, t, high, low);
        return bits == TERM_NONE ? bits_of_row(pool, t, high, low) : bits;
    }
    term condition = v.arguments[0];
    term branches[2] = {v.arguments[1], v.arguments[2]};
    bool simpler = false;
    for (unsigned i = 0; i < 2; i++) {
        enum term_operator operation = term_look(pool, branches[i]).operation;
        simpler = simpler || operation == TERM_CONCATENATE || operation == TERM_CONSTANT || operation == TERM_IF ||
                  unmasked_bits(pool, branches[i], high, low) != TERM_NONE;
    }
    if (!simpler) {
        return term_extract(pool, high, low, t);
    }
    term first = extract(pool, branches[0], high, low);
    return term_if(pool, condition, first, extract(pool, branches[1], high, low));
}

term narrow_bits(struct narrowing *n, term t, unsigned high, unsigned low) {
    return term_width(n->pool, t) <= NARROW_WIDTH ? extract(n->pool, narrow(n, t), high, low) : wide_bits(n, t, high, low);
}

/* A comparison of wide values, part by part. */
static term compare(struct narrowing *n, enum term_operator operation, term a, term b) {
    unsigned width = term_width(n->pool, a);
    term low[2] = {narrow_bits(n, a, NARROW_WIDTH - 1, 0), narrow_bits(n, b, NARROW_WIDTH - 1, 0)};
    term high[2] = {narrow_bits(n, a, width - 1, NARROW_WIDTH), narrow_bits(n, b, width - 1, NARROW_WIDTH)};
    term equal = term_equal(n->pool, high[0], high[1]);
    if (operation == TERM_EQUAL) {
        return term_and(n->pool, equal, term_equal(n->pool, low[0], low[1]));
    }
    n->failed = n->failed || operation != TERM_LESS;
    return term_or(n->pool, term_less(n->pool, high[0], high[1]), term_and(n->pool, equal, term_less(n->pool, low[0], low[1])));
}

/* Whether the term is some bits of one value, each in its own place, and zeros: a value that is taken apart and put together again. */
static bool is_masked(const struct term_pool *pool, term t, unsigned place, term *base, word128 *mask) {
    struct term_view v = term_look(pool, t);
    if (v.operation == TERM_CONSTANT) {
        return v.constant == 0;
    }
    if (v.operation == TERM_CONCATENATE) {
        term high = v.arguments[0];
        term low = v.arguments[1];
        return is_masked(pool, low, place, base, mask) && is_masked(pool, high, place + term_width(pool, low), base, mask);
    }
    if (v.operation != TERM_EXTRACT || v.low != place || (*base != TERM_NONE && *base != v.arguments[0])) {
        return false;
    }
    *base = v.arguments[0];
    *mask |= (~(word128)0 >> (TERM_MAXIMUM_WIDTH - v.width)) << place;
    return true;
}

static bool is_extended(const struct term_pool *pool, term t, term base) {
    struct term_view v = term_look(pool, t);
    word128 high = 1;
    return t == base || (v.operation == TERM_CONCATENATE && v.arguments[1] == base && term_is_constant(pool, v.arguments[0], &high) && high == 0);
}

/* A value and a constant more, modulo 2^width: two places of a table, never one. */
static bool is_beyond(const struct term_pool *pool, term sum, term base) {
    struct term_view v = term_look(pool, sum);
    word128 distance = 0;
    for (unsigned i = 0; i < 2 && v.operation == TERM_ADD; i++) {
        if (v.arguments[i] == base && term_is_constant(pool, v.arguments[1 - i], &distance)) {
            return distance != 0; /* constants are below 2^width */
        }
    }
    return false;
}

/* That a value equals some of its own bits says that the others are 0; provers see that in the second form only. */
static term equal(struct term_pool *pool, term a, term b) {
    if (is_beyond(pool, a, b) || is_beyond(pool, b, a)) {
        return term_constant(pool, 1, 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        term base = TERM_NONE;
        word128 mask = 0;
        if (is_masked(pool, i == 0 ? b : a, 0, &base, &mask) && base != TERM_NONE && is_extended(pool, i == 0 ? a : b, base)) {
            unsigned width = term_width(pool, base);
            word128 others = ~mask & (~(word128)0 >> (TERM_MAXIMUM_WIDTH - width));
            return term_equal(pool, term_and(pool, base, term_constant(pool, width, others)), term_constant(pool, width, 0));
        }
    }
    return term_equal(pool, a, b);
}

static term rebuild(struct narrowing *n, term t) {
    struct term_pool *pool = n->pool;
    struct term_view v = term_look(pool, t);
    if (v.operation == TERM_CONSTANT) {
        return t;
    }
    if (v.operation == TERM_APPLY) {
        return narrow_apply(n, t, 0);
    }
    term a = v.arguments[0];
    term b = v.argument_count > 1 ? v.arguments[1] : TERM_NONE;
    term c = v.argument_count > 2 ? v.arguments[2] : TERM_NONE;
    if (v.operation == TERM_EXTRACT) {
        return narrow_bits(n, a, v.low + v.width - 1, v.low);
    }
    bool compares = v.operation == TERM_EQUAL || v.operation == TERM_LESS || v.operation == TERM_SIGNED_LESS;
    if (compares && term_width(pool, a) > NARROW_WIDTH) {
        return compare(n, v.operation, a, b);
    }
    term first = narrow(n, a);
    term second = b == TERM_NONE ? TERM_NONE : narrow(n, b);
    switch (v.operation) {
    case TERM_NOT:
        return narrow_forced_bits(pool, term_not(pool, first));
    case TERM_AND:
        return narrow_and(pool, first, second);
    case TERM_OR:
        return term_or(pool, first, second);
    case TERM_XOR:
        return term_xor(pool, first, second);
    case TERM_EQUAL:
        return equal(pool, first, second);
    case TERM_LESS:
        return term_less(pool, first, second);
    case TERM_IF:
        return narrow_choice(pool, first, second, narrow(n, c));
    case TERM_CONCATENATE:
        return narrow_concatenation(pool, first, second);
    default:
        return term_binary(pool, v.operation, first, second);
    }
}

term narrow(struct narrowing *n, term t) {
    if (t < n->memory_size && n->memory[t] != TERM_NONE) {
        return n->memory[t];
    }
    term result = rebuild(n, t);
    remember(n, t, result);
    return result;
}
