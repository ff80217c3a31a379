/* Terms: what the makers simplify means the same as what was asked for. */
#include "../tests.h"

#include <stdlib.h>
#include <string.h>

#define VARIABLES 6u
#define ROUNDS 3000u
#define NODES 24u

/* A small generator of our own: the same numbers on every machine. */
static uint64_t seed = 1;
static uint64_t draw(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static word128 mask(unsigned width) { return width == 128 ? ~(word128)0 : ((word128)1 << width) - 1; }

static word128 draw_value(unsigned width) {
    switch (draw() % 5) {
    case 0:
        return 0;
    case 1:
        return mask(width);
    case 2:
        return draw() % 4 & mask(width);
    default:
        return ((word128)draw() << 64 | draw()) & mask(width);
    }
}

/* A term beside its value; `constant` terms are made of numbers alone. */
struct pair {
    term t;
    word128 value;
    unsigned width;
};

struct world {
    struct term_pool *pool;
    symbol variables[VARIABLES];
    word128 values[VARIABLES];
    struct pair pairs[NODES + VARIABLES];
    unsigned count;
};

static word128 signed_value_less(word128 a, word128 b, unsigned width) {
    word128 sign = (word128)1 << (width - 1);
    return (a ^ sign) < (b ^ sign);
}

static word128 shifted(enum term_operator operation, word128 a, word128 b, unsigned width) {
    if (b >= width) {
        return 0;
    }
    return operation == TERM_SHIFT_LEFT ? a << (unsigned)b & mask(width) : a >> (unsigned)b;
}

static struct pair make_binary(struct world *w, enum term_operator operation, struct pair a, struct pair b) {
    struct pair r = {term_binary(w->pool, operation, a.t, b.t), 0, a.width};
    switch (operation) {
    case TERM_AND:
        r.value = a.value & b.value;
        break;
    case TERM_OR:
        r.value = a.value | b.value;
        break;
    case TERM_XOR:
        r.value = a.value ^ b.value;
        break;
    case TERM_ADD:
        r.value = (a.value + b.value) & mask(a.width);
        break;
    case TERM_SUBTRACT:
        r.value = (a.value - b.value) & mask(a.width);
        break;
    case TERM_MULTIPLY:
        r.value = (a.value * b.value) & mask(a.width);
        break;
    case TERM_SHIFT_LEFT:
    case TERM_SHIFT_RIGHT:
        r.value = shifted(operation, a.value, b.value, a.width);
        break;
    case TERM_EQUAL:
        r.value = a.value == b.value;
        r.width = 1;
        break;
    case TERM_LESS:
        r.value = a.value < b.value;
        r.width = 1;
        break;
    default:
        r.value = signed_value_less(a.value, b.value, a.width);
        r.width = 1;
        break;
    }
    return r;
}

/* `a` made as wide as `width`, whichever way. */
static struct pair fit(struct world *w, struct pair a, unsigned width) {
    if (a.width > width) {
        return (struct pair){term_extract(w->pool, width - 1, 0, a.t), a.value & mask(width), width};
    }
    if (a.width < width && draw() % 2 == 0) {
        bool negative = (a.value >> (a.width - 1) & 1) != 0;
        word128 high = negative ? mask(width) ^ mask(a.width) : 0;
        return (struct pair){term_sign_extend(w->pool, width, a.t), a.value | high, width};
    }
    return a.width == width ? a : (struct pair){term_zero_extend(w->pool, width, a.t), a.value, width};
}

static struct pair make_one(struct world *w) {
    static const enum term_operator binary[] = {TERM_AND,        TERM_OR,          TERM_XOR,   TERM_ADD,  TERM_SUBTRACT,   TERM_MULTIPLY,
                                                TERM_SHIFT_LEFT, TERM_SHIFT_RIGHT, TERM_EQUAL, TERM_LESS, TERM_SIGNED_LESS};
    struct pair a = w->pairs[draw() % w->count];
    struct pair b = w->pairs[draw() % w->count];
    struct pair c = fit(w, w->pairs[draw() % w->count], 1);
    switch (draw() % 8) {
    case 0:
        return (struct pair){term_not(w->pool, a.t), ~a.value & mask(a.width), a.width};
    case 1: {
        b = fit(w, b, a.width);
        return (struct pair){term_if(w->pool, c.t, a.t, b.t), c.value != 0 ? a.value : b.value, a.width};
    }
    case 2:
        if (a.width + b.width <= 128) {
            return (struct pair){term_concatenate(w->pool, a.t, b.t), a.value << b.width | b.value, a.width + b.width};
        }
        return a;
    case 3: {
        unsigned high = (unsigned)(draw() % a.width);
        unsigned low = (unsigned)(draw() % (high + 1));
        return (struct pair){term_extract(w->pool, high, low, a.t), a.value >> low & mask(high - low + 1), high - low + 1};
    }
    case 4: {
        word128 value = draw_value(a.width);
        return (struct pair){term_constant(w->pool, a.width, value), value, a.width};
    }
    default:
        return make_binary(w, binary[draw() % (sizeof binary / sizeof binary[0])], a, fit(w, b, a.width));
    }
}

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
    const struct world *w = context;
    (void)arguments;
    (void)argument_count;
    for (unsigned i = 0; i < VARIABLES; i++) {
        if (w->variables[i] == s) {
            return w->values[i];
        }
    }
    return 0;
}

static bool world_begin(struct world *w, bool constants) {
    static const unsigned widths[VARIABLES] = {1, 1, 8, 16, 64, 128};
    static const char *const names[VARIABLES] = {"a", "b", "c", "d", "e", "f"};
    w->pool = term_pool_new();
    if (w->pool == NULL) {
        return false;
    }
    for (unsigned i = 0; i < VARIABLES; i++) {
        w->variables[i] = term_symbol(w->pool, names[i], widths[i], NULL, 0);
        w->values[i] = draw_value(widths[i]);
        term t = constants ? term_constant(w->pool, widths[i], w->values[i]) : term_apply(w->pool, w->variables[i], NULL, 0);
        w->pairs[i] = (struct pair){t, w->values[i], widths[i]};
    }
    w->count = VARIABLES;
    while (w->count < NODES + VARIABLES) {
        w->pairs[w->count] = make_one(w);
        w->count++;
    }
    return !term_pool_failed(w->pool);
}

static void test_evaluation(void) {
    unsigned wrong = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct world w;
        if (!world_begin(&w, false)) {
            wrong++;
            continue;
        }
        for (unsigned i = 0; i < w.count; i++) {
            word128 value = 0;
            bool good = term_evaluate(w.pool, &w.pairs[i].t, 1, look_up, &w, &value);
            wrong += good && value == w.pairs[i].value && term_width(w.pool, w.pairs[i].t) == w.pairs[i].width ? 0u : 1u;
        }
        term_pool_free(w.pool);
    }
    CHECK(wrong == 0, "%u random terms have another value or width than what was asked for", wrong);
}

static void test_folding(void) {
    unsigned wrong = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct world w;
        if (!world_begin(&w, true)) {
            wrong++;
            continue;
        }
        for (unsigned i = 0; i < w.count; i++) {
            word128 value = 0;
            wrong += term_is_constant(w.pool, w.pairs[i].t, &value) && value == w.pairs[i].value ? 0u : 1u;
        }
        term_pool_free(w.pool);
    }
    CHECK(wrong == 0, "%u random terms of numbers are not the number they should be", wrong);
}

static void test_substitution(void) {
    unsigned wrong = 0;
    for (unsigned round = 0; round < ROUNDS / 4; round++) {
        struct world w;
        if (!world_begin(&w, false)) {
            wrong++;
            continue;
        }
        struct substitution *s = substitution_new(w.pool);
        for (unsigned i = 0; i < VARIABLES; i++) {
            substitution_replace(s, w.variables[i], term_constant(w.pool, term_symbol_width(w.pool, w.variables[i]), w.values[i]));
        }
        for (unsigned i = 0; i < w.count; i++) {
            word128 value = 0;
            term t = substitute(s, w.pairs[i].t);
            wrong += term_is_constant(w.pool, t, &value) && value == w.pairs[i].value ? 0u : 1u;
        }
        substitution_free(s);
        term_pool_free(w.pool);
    }
    CHECK(wrong == 0, "%u random terms are not their number once all variables are replaced", wrong);
}

static void test_renaming(void) {
    struct term_pool *pool = term_pool_new();
    const unsigned widths[] = {4};
    symbol f = term_symbol(pool, "f", 8, widths, 1);
    symbol g = term_symbol(pool, "g", 8, widths, 1);
    term index = term_constant(pool, 4, 3);
    term t = term_binary(pool, TERM_ADD, term_apply(pool, f, &index, 1), term_constant(pool, 8, 1));
    term expected = term_binary(pool, TERM_ADD, term_apply(pool, g, &index, 1), term_constant(pool, 8, 1));
    struct substitution *s = substitution_new(pool);
    substitution_rename(s, f, g);
    CHECK(substitute(s, t) == expected, "f(3) + 1 with g for f is g(3) + 1");
    CHECK(term_symbol(pool, "f", 8, widths, 1) == f, "the same name gives the same symbol");
    substitution_free(s);
    term_pool_free(pool);
}

static const struct test tests[] = {
    {"random terms evaluate to what was asked for", test_evaluation},
    {"terms of numbers become numbers", test_folding},
    {"replaced variables", test_substitution},
    {"renamed arrays", test_renaming},
};
const struct suite terms_suite = SUITE("terms", tests);
