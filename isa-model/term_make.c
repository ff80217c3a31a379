/* Makers of terms: each simplifies what is plain and interns the rest. */
#include "term_pool.h"

static word128 shift_left(word128 a, word128 b, unsigned width) { return b >= width ? 0 : (a << (unsigned)b); }

static word128 shift_right(word128 a, word128 b, unsigned width) { return b >= width ? 0 : (a >> (unsigned)b); }

static bool signed_less(word128 a, word128 b, unsigned width) {
    word128 sign = (word128)1 << (width - 1);
    return (a ^ sign) < (b ^ sign);
}

/* The value of an operator on numbers; arguments lie within `width`. Also used by the evaluator, so that both agree by construction. */
word128 term_compute(enum term_operator operation, unsigned width, word128 a, word128 b) {
    switch (operation) {
    case TERM_NOT:
        return ~a & term_mask(width);
    case TERM_AND:
        return a & b;
    case TERM_OR:
        return a | b;
    case TERM_XOR:
        return a ^ b;
    case TERM_ADD:
        return (a + b) & term_mask(width);
    case TERM_SUBTRACT:
        return (a - b) & term_mask(width);
    case TERM_MULTIPLY:
        return (a * b) & term_mask(width);
    case TERM_SHIFT_LEFT:
        return shift_left(a, b, width) & term_mask(width);
    case TERM_SHIFT_RIGHT:
        return shift_right(a, b, width);
    case TERM_EQUAL:
        return a == b;
    case TERM_LESS:
        return a < b;
    case TERM_SIGNED_LESS:
        return signed_less(a, b, width);
    default:
        return 0;
    }
}

term term_not(struct term_pool *pool, term a) {
    const struct term_node *node = &pool->nodes[a];
    word128 value = 0;
    if (term_is_constant(pool, a, &value)) {
        return term_constant(pool, node->width, ~value);
    }
    if (node->operation == TERM_NOT) {
        return node->arguments[0];
    }
    return term_intern(pool, TERM_NOT, node->width, 0, a, 0, 0);
}

static bool is_not_of(const struct term_pool *pool, term a, term b) {
    return pool->nodes[a].operation == TERM_NOT && pool->nodes[a].arguments[0] == b;
}

static bool complements(const struct term_pool *pool, term a, term b) { return is_not_of(pool, a, b) || is_not_of(pool, b, a); }

/* Commutative operators keep the smaller handle first, so that a+b and b+a are one term. */
static void order(term *a, term *b) {
    if (*a > *b) {
        term swap = *a;
        *a = *b;
        *b = swap;
    }
}

term term_and(struct term_pool *pool, term a, term b) {
    unsigned width = term_width(pool, a);
    word128 x = 0;
    word128 y = 0;
    bool constant_a = term_is_constant(pool, a, &x);
    bool constant_b = term_is_constant(pool, b, &y);
    if (constant_a && constant_b) {
        return term_constant(pool, width, x & y);
    }
    if (a == b || (constant_b && y == term_mask(width)) || (constant_a && x == 0)) {
        return a;
    }
    if ((constant_a && x == term_mask(width)) || (constant_b && y == 0)) {
        return b;
    }
    if (complements(pool, a, b)) {
        return term_constant(pool, width, 0);
    }
    order(&a, &b);
    return term_intern(pool, TERM_AND, width, 0, a, b, 0);
}

term term_or(struct term_pool *pool, term a, term b) { return term_not(pool, term_and(pool, term_not(pool, a), term_not(pool, b))); }

term term_xor(struct term_pool *pool, term a, term b) {
    unsigned width = term_width(pool, a);
    word128 x = 0;
    word128 y = 0;
    bool constant_a = term_is_constant(pool, a, &x);
    bool constant_b = term_is_constant(pool, b, &y);
    if (constant_a && constant_b) {
        return term_constant(pool, width, x ^ y);
    }
    if (a == b) {
        return term_constant(pool, width, 0);
    }
    if (constant_a && (x == 0 || x == term_mask(width))) {
        return x == 0 ? b : term_not(pool, b);
    }
    if (constant_b && (y == 0 || y == term_mask(width))) {
        return y == 0 ? a : term_not(pool, a);
    }
    order(&a, &b);
    return term_intern(pool, TERM_XOR, width, 0, a, b, 0);
}

/* Neutral and absorbing elements of the arithmetic operators; TERM_NONE when none applies. */
static term neutral(struct term_pool *pool, enum term_operator operation, unsigned width, term a, term b) {
    word128 value = 0;
    if (term_is_constant(pool, b, &value) && value == 0) {
        return operation == TERM_MULTIPLY ? b : a;
    }
    if (term_is_constant(pool, a, &value) && value == 0) {
        return operation == TERM_ADD ? b : operation == TERM_SUBTRACT ? TERM_NONE : a;
    }
    if (operation == TERM_SUBTRACT && a == b) {
        return term_constant(pool, width, 0);
    }
    if (operation == TERM_MULTIPLY && term_is_constant(pool, b, &value) && value == 1) {
        return a;
    }
    return TERM_NONE;
}

term term_binary(struct term_pool *pool, enum term_operator operation, term a, term b) {
    unsigned width = term_width(pool, a);
    word128 x = 0;
    word128 y = 0;
    switch (operation) {
    case TERM_AND:
        return term_and(pool, a, b);
    case TERM_OR:
        return term_or(pool, a, b);
    case TERM_XOR:
        return term_xor(pool, a, b);
    case TERM_EQUAL:
        return term_equal(pool, a, b);
    case TERM_LESS:
    case TERM_SIGNED_LESS:
        if (a == b) {
            return term_false(pool);
        }
        if (term_is_constant(pool, a, &x) && term_is_constant(pool, b, &y)) {
            return term_constant(pool, 1, term_compute(operation, width, x, y));
        }
        if (operation == TERM_LESS && term_is_constant(pool, b, &y) && y == 0) {
            return term_false(pool);
        }
        return term_intern(pool, operation, 1, 0, a, b, 0);
    default:
        break;
    }
    if (term_is_constant(pool, a, &x) && term_is_constant(pool, b, &y)) {
        return term_constant(pool, width, term_compute(operation, width, x, y));
    }
    term plain = neutral(pool, operation, width, a, b);
    if (plain != TERM_NONE) {
        return plain;
    }
    if (operation == TERM_ADD || operation == TERM_MULTIPLY) {
        order(&a, &b);
    }
    return term_intern(pool, operation, width, 0, a, b, 0);
}

term term_equal(struct term_pool *pool, term a, term b) {
    unsigned width = term_width(pool, a);
    word128 x = 0;
    word128 y = 0;
    if (a == b) {
        return term_true(pool);
    }
    bool constant_a = term_is_constant(pool, a, &x);
    bool constant_b = term_is_constant(pool, b, &y);
    if (constant_a && constant_b) {
        return term_constant(pool, 1, x == y);
    }
    if (width == 1) {
        return term_not(pool, term_xor(pool, a, b));
    }
    order(&a, &b);
    return term_intern(pool, TERM_EQUAL, 1, 0, a, b, 0);
}

term term_less(struct term_pool *pool, term a, term b) { return term_binary(pool, TERM_LESS, a, b); }

term term_if(struct term_pool *pool, term condition, term a, term b) {
    word128 value = 0;
    if (term_is_constant(pool, condition, &value)) {
        return value != 0 ? a : b;
    }
    if (a == b) {
        return a;
    }
    if (pool->nodes[condition].operation == TERM_NOT) {
        return term_if(pool, pool->nodes[condition].arguments[0], b, a);
    }
    /* A branch that asks the same condition again has its answer already. */
    if (pool->nodes[a].operation == TERM_IF && pool->nodes[a].arguments[0] == condition) {
        return term_if(pool, condition, pool->nodes[a].arguments[1], b);
    }
    if (pool->nodes[b].operation == TERM_IF && pool->nodes[b].arguments[0] == condition) {
        return term_if(pool, condition, a, pool->nodes[b].arguments[2]);
    }
    if (term_width(pool, a) == 1 && term_is_constant(pool, a, &value)) {
        return value != 0 ? term_or(pool, condition, b) : term_and(pool, term_not(pool, condition), b);
    }
    if (term_width(pool, a) == 1 && term_is_constant(pool, b, &value)) {
        return value != 0 ? term_or(pool, term_not(pool, condition), a) : term_and(pool, condition, a);
    }
    return term_intern(pool, TERM_IF, term_width(pool, a), 0, condition, a, b);
}

term term_concatenate(struct term_pool *pool, term high, term low) {
    unsigned low_width = term_width(pool, low);
    unsigned width = term_width(pool, high) + low_width;
    word128 x = 0;
    word128 y = 0;
    if (term_is_constant(pool, high, &x) && term_is_constant(pool, low, &y)) {
        return term_constant(pool, width, (x << low_width) | y);
    }
    /* Adjacent slices of one term are one slice: packing what was unpacked gives the original back. */
    struct term_node h = pool->nodes[high];
    struct term_node l = pool->nodes[low];
    if (h.operation == TERM_EXTRACT && l.operation == TERM_EXTRACT && h.arguments[0] == l.arguments[0] && h.low == l.low + l.width) {
        return term_extract(pool, (unsigned)h.low + h.width - 1, l.low, h.arguments[0]);
    }
    if (h.operation == TERM_EXTRACT && l.operation == TERM_CONCATENATE) {
        struct term_node next = pool->nodes[l.arguments[0]];
        if (next.operation == TERM_EXTRACT && next.arguments[0] == h.arguments[0] && h.low == next.low + next.width) {
            term joined = term_extract(pool, (unsigned)h.low + h.width - 1, next.low, h.arguments[0]);
            return term_concatenate(pool, joined, l.arguments[1]);
        }
    }
    return term_intern(pool, TERM_CONCATENATE, width, 0, high, low, 0);
}

term term_extract(struct term_pool *pool, unsigned high, unsigned low, term a) {
    struct term_node node = pool->nodes[a];
    unsigned width = high - low + 1;
    word128 value = 0;
    if (width == node.width) {
        return a;
    }
    if (term_is_constant(pool, a, &value)) {
        return term_constant(pool, width, value >> low);
    }
    if (node.operation == TERM_EXTRACT) {
        return term_extract(pool, high + node.low, low + node.low, node.arguments[0]);
    }
    if (node.operation == TERM_CONCATENATE) {
        unsigned low_width = term_width(pool, node.arguments[1]);
        if (high < low_width) {
            return term_extract(pool, high, low, node.arguments[1]);
        }
        if (low >= low_width) {
            return term_extract(pool, high - low_width, low - low_width, node.arguments[0]);
        }
        term upper = term_extract(pool, high - low_width, 0, node.arguments[0]);
        return term_concatenate(pool, upper, term_extract(pool, low_width - 1, low, node.arguments[1]));
    }
    return term_intern(pool, TERM_EXTRACT, width, low, a, 0, 0);
}

term term_zero_extend(struct term_pool *pool, unsigned width, term a) {
    unsigned own = term_width(pool, a);
    return width <= own ? a : term_concatenate(pool, term_constant(pool, width - own, 0), a);
}

term term_sign_extend(struct term_pool *pool, unsigned width, term a) {
    unsigned own = term_width(pool, a);
    if (width <= own) {
        return a;
    }
    term sign = term_extract(pool, own - 1, own - 1, a);
    term ones = term_constant(pool, width - own, term_mask(width - own));
    return term_concatenate(pool, term_if(pool, sign, ones, term_constant(pool, width - own, 0)), a);
}
