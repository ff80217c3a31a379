/* Masks said without masks: what a register takes of a value, with some bits forced to 0 and others to 1, is a row of its fields; provers know what
 * those are, and hardly what `&` and `|` do. */
#include "virtual_narrow.h"

/* Whether the term is an operator of two arguments, one of them a number: which, and the other. */
static bool has_number(const struct term_pool *pool, term t, enum term_operator operation, word128 *number, term *other) {
    struct term_view v = term_look(pool, t);
    for (unsigned i = 0; v.operation == operation && i < 2; i++) {
        if (term_is_constant(pool, v.arguments[i], number)) {
            *other = v.arguments[1 - i];
            return true;
        }
    }
    return false;
}

/* Bits `high` to `low` of the value, where `taken` says that they are taken; else of `forced`. */
static term run_of_bits(struct term_pool *pool, term value, word128 taken, word128 forced, unsigned high, unsigned low) {
    return (taken >> low & 1) != 0 ? term_extract(pool, high, low, value) : term_constant(pool, high - low + 1, forced >> low);
}

/* `(value & mask) | ones`: terms have `|` as a complement of `&`. */
term narrow_forced_bits(struct term_pool *pool, term t) {
    struct term_view v = term_look(pool, t);
    word128 zeros = 0;
    word128 mask = 0;
    term rest = TERM_NONE;
    term value = TERM_NONE;
    if (v.operation != TERM_NOT || !has_number(pool, v.arguments[0], TERM_AND, &zeros, &rest) || term_look(pool, rest).operation != TERM_NOT ||
        !has_number(pool, term_look(pool, rest).arguments[0], TERM_AND, &mask, &value)) {
        return t;
    }
    word128 taken = mask & zeros;
    term result = TERM_NONE;
    for (unsigned low = 0, high = 0; low < v.width; low = high + 1) {
        high = low;
        while (high + 1 < v.width && (taken >> (high + 1) & 1) == (taken >> low & 1)) {
            high++;
        }
        term run = run_of_bits(pool, value, taken, ~zeros, high, low);
        result = result == TERM_NONE ? run : term_concatenate(pool, run, result);
    }
    return result;
}

static bool takes_all_or_nothing(const struct term_pool *pool, term t) {
    word128 number = 1;
    return term_is_constant(pool, t, &number) && (number == 0 || number == ~(word128)0 >> (TERM_MAXIMUM_WIDTH - term_width(pool, t)));
}

/* How many terms of a row of `&` are looked at: rows of checks are as long as an instruction has checks, and parts may be shared many times. */
#define LONGEST_ROW 4096u

/* Whether `a` says `part`, being a row of `&` in which it stands. */
static bool says(const struct term_pool *pool, term a, term part, unsigned *left) {
    struct term_view v = term_look(pool, a);
    if (a == part || v.operation != TERM_AND || *left == 0) {
        return a == part;
    }
    --*left;
    return says(pool, v.arguments[0], part, left) || says(pool, v.arguments[1], part, left);
}

/* `a & !(a & b)` is `a & !b`: a row of checks, each of which is made where those before it have passed, says of each of them once. */
static term after_checks(struct term_pool *pool, term a, term b) {
    struct term_view v = term_look(pool, b);
    if (v.operation != TERM_NOT || term_look(pool, v.arguments[0]).operation != TERM_AND) {
        return TERM_NONE;
    }
    struct term_view both = term_look(pool, v.arguments[0]);
    for (unsigned i = 0; i < 2; i++) {
        unsigned left = LONGEST_ROW;
        if (says(pool, a, both.arguments[i], &left)) {
            return narrow_and(pool, a, term_not(pool, both.arguments[1 - i]));
        }
    }
    return TERM_NONE;
}

/* Of a choice by `condition` the one of its sides; of anything else without a choice by it, itself where it is a number, else TERM_NONE. */
static term side_of(const struct term_pool *pool, term t, term condition, unsigned side) {
    struct term_view v = term_look(pool, t);
    if (v.operation == TERM_IF && v.arguments[0] == condition) {
        return v.arguments[1 + side];
    }
    return v.operation == TERM_CONSTANT ? t : TERM_NONE;
}

term narrow_concatenation(struct term_pool *pool, term high, term low) {
    for (unsigned i = 0; i < 2; i++) {
        struct term_view v = term_look(pool, i == 0 ? high : low);
        if (v.operation != TERM_IF) {
            continue;
        }
        term condition = v.arguments[0];
        term highs[2] = {side_of(pool, high, condition, 0), side_of(pool, high, condition, 1)};
        term lows[2] = {side_of(pool, low, condition, 0), side_of(pool, low, condition, 1)};
        if (highs[0] != TERM_NONE && lows[0] != TERM_NONE) {
            term first = narrow_concatenation(pool, highs[0], lows[0]);
            return term_if(pool, condition, first, narrow_concatenation(pool, highs[1], lows[1]));
        }
    }
    return term_concatenate(pool, high, low);
}

term narrow_choice(struct term_pool *pool, term test, term first, term second) {
    struct term_view v = term_look(pool, test);
    if (v.operation != TERM_IF) {
        return term_if(pool, test, first, second);
    }
    term condition = v.arguments[0];
    term tests[2] = {v.arguments[1], v.arguments[2]};
    term firsts[2] = {side_of(pool, first, condition, 0), side_of(pool, first, condition, 1)};
    term seconds[2] = {side_of(pool, second, condition, 0), side_of(pool, second, condition, 1)};
    if (firsts[0] == TERM_NONE || seconds[0] == TERM_NONE) {
        return term_if(pool, test, first, second);
    }
    term yes = narrow_choice(pool, tests[0], firsts[0], seconds[0]);
    return term_if(pool, condition, yes, narrow_choice(pool, tests[1], firsts[1], seconds[1]));
}

/* `a & b`, where one of them is a choice between a mask and all bits, or none, is a choice. */
term narrow_and(struct term_pool *pool, term a, term b) {
    for (unsigned i = 0; i < 2; i++) {
        term value = i == 0 ? a : b;
        term shorter = after_checks(pool, value, i == 0 ? b : a);
        if (shorter != TERM_NONE) {
            return shorter;
        }
        struct term_view v = term_look(pool, i == 0 ? b : a);
        if (v.operation == TERM_IF && v.width > 1 && (takes_all_or_nothing(pool, v.arguments[1]) || takes_all_or_nothing(pool, v.arguments[2]))) {
            term condition = v.arguments[0];
            term otherwise = v.arguments[2];
            term first = term_and(pool, value, v.arguments[1]);
            return term_if(pool, condition, first, term_and(pool, value, otherwise));
        }
    }
    return term_and(pool, a, b);
}
