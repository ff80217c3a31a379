/* From a value that a term should have to a variable and the value that gives it: operators are undone one by one, on a path chosen by chance. */
#include "local_problem.h"

uint64_t local_random(uint64_t *random, uint64_t below) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (*random >> 11) % below;
}

static word128 random_word(uint64_t *random) { return (word128)local_random(random, UINT64_MAX) << 64 | local_random(random, UINT64_MAX); }

struct walk {
    const struct local_problem *problem;
    uint64_t *random;
    const struct local_node *node; /* where it stands */
    word128 wanted;                /* of that node */
};

static word128 value_of(const struct walk *w, unsigned argument) { return w->problem->values[w->node->arguments[argument]]; }

static bool is_fixed(const struct walk *w, unsigned argument) { return w->problem->nodes[w->node->arguments[argument]].fixed; }

static bool coin(const struct walk *w, unsigned one_in) { return local_random(w->random, one_in) == 0; }

/* Either of two arguments, but not one that is fixed. */
static unsigned either(const struct walk *w) { return is_fixed(w, 0) ? 1 : is_fixed(w, 1) ? 0 : coin(w, 2); }

/* The argument of AND and OR whose change helps, and what it should be: bits that the other one decides stay. */
static unsigned undo_gate(const struct walk *w, word128 *wanted) {
    bool is_and = w->node->operation == TERM_AND;
    word128 goals[2];
    bool helps[2];
    for (unsigned i = 0; i < 2; i++) {
        word128 mine = value_of(w, i);
        word128 open = is_and ? value_of(w, 1 - i) : ~value_of(w, 1 - i);
        word128 forced = is_and ? w->wanted : ~w->wanted; /* bits that both arguments must have: 1 of AND, 0 of OR */
        word128 all = is_and ? mine | forced : mine & ~forced;
        goals[i] = is_and ? all & ~(~w->wanted & open) : all | (w->wanted & open);
        goals[i] &= term_mask(w->node->width);
        helps[i] = !is_fixed(w, i) && goals[i] != mine;
    }
    unsigned chosen = helps[0] && helps[1] ? coin(w, 2) : helps[1] ? 1 : 0;
    *wanted = goals[chosen];
    return chosen;
}

/* a < b, with the order made unsigned by `bias`. */
static unsigned undo_less(const struct walk *w, word128 *wanted) {
    unsigned width = w->problem->nodes[w->node->arguments[0]].width;
    word128 most = term_mask(width);
    word128 bias = w->node->operation == TERM_SIGNED_LESS ? (word128)1 << (width - 1) : 0;
    word128 a = value_of(w, 0) ^ bias;
    word128 b = value_of(w, 1) ^ bias;
    unsigned chosen = either(w);
    word128 goal = 0;
    if (w->wanted != 0) {
        if (chosen == 0 && b == 0 && !is_fixed(w, 1)) {
            chosen = 1;
        }
        if (chosen == 0) {
            goal = b == 0 ? 0 : coin(w, 2) ? b - 1 : coin(w, 2) ? 0 : random_word(w->random) % b;
        } else {
            goal = a == most ? most : coin(w, 2) ? a + 1 : coin(w, 2) ? most : a + 1 + random_word(w->random) % (most - a);
        }
    } else if (chosen == 0) {
        goal = coin(w, 2) ? b : coin(w, 2) ? most : b + random_word(w->random) % (most - b + (most - b != ~(word128)0));
    } else {
        goal = coin(w, 2) ? a : coin(w, 2) ? 0 : random_word(w->random) % (a + (a != ~(word128)0));
    }
    *wanted = goal ^ bias;
    return chosen;
}

static unsigned undo_equal(const struct walk *w, word128 *wanted) {
    unsigned chosen = either(w);
    unsigned width = w->problem->nodes[w->node->arguments[0]].width;
    word128 different = coin(w, 2) ? (word128)1 << local_random(w->random, width) : 1 + random_word(w->random) % term_mask(width);
    *wanted = w->wanted != 0 ? value_of(w, 1 - chosen) : value_of(w, chosen) ^ (different & term_mask(width));
    return chosen;
}

/* The inverse of an odd number modulo 2^128, by Newton's iteration. */
static word128 inverse(word128 odd) {
    word128 x = odd;
    for (int i = 0; i < 7; i++) {
        x *= 2 - odd * x;
    }
    return x;
}

static unsigned undo_arithmetic(const struct walk *w, word128 *wanted) {
    unsigned chosen = either(w);
    word128 other = value_of(w, 1 - chosen);
    switch (w->node->operation) {
    case TERM_XOR:
        *wanted = w->wanted ^ other;
        break;
    case TERM_ADD:
        *wanted = w->wanted - other;
        break;
    case TERM_SUBTRACT:
        *wanted = chosen == 0 ? w->wanted + other : other - w->wanted;
        break;
    default: /* TERM_MULTIPLY: only odd numbers can be undone */
        *wanted = (other & 1) != 0 ? w->wanted * inverse(other) : random_word(w->random);
        break;
    }
    *wanted &= term_mask(w->node->width);
    return chosen;
}

static unsigned undo_shift(const struct walk *w, word128 *wanted) {
    unsigned width = w->node->width;
    word128 by = value_of(w, 1);
    if (is_fixed(w, 0) || (!is_fixed(w, 1) && (by >= width || coin(w, 4)))) {
        *wanted = local_random(w->random, width + 1u) & term_mask(width);
        return 1;
    }
    unsigned amount = by >= width ? width : (unsigned)by;
    bool left = w->node->operation == TERM_SHIFT_LEFT;
    word128 lost = left ? term_mask(width) & ~term_mask(width - amount) : term_mask(amount);
    word128 moved = amount >= TERM_MAXIMUM_WIDTH ? 0 : left ? w->wanted >> amount : w->wanted << amount;
    *wanted = ((value_of(w, 0) & lost) | (moved & ~lost)) & term_mask(width);
    return 0;
}

static unsigned undo_if(const struct walk *w, word128 *wanted) {
    unsigned selected = value_of(w, 0) != 0 ? 1 : 2;
    bool other_fits = value_of(w, 3 - selected) == w->wanted;
    bool turn = is_fixed(w, selected) || (other_fits ? !coin(w, 8) : coin(w, 4));
    if (turn && !is_fixed(w, 0)) {
        *wanted = value_of(w, 0) ^ 1;
        return 0;
    }
    *wanted = w->wanted;
    return selected;
}

static unsigned undo_concatenation(const struct walk *w, word128 *wanted) {
    unsigned low_width = w->problem->nodes[w->node->arguments[1]].width;
    word128 goals[2] = {w->wanted >> low_width, w->wanted & term_mask(low_width)};
    bool helps[2] = {!is_fixed(w, 0) && goals[0] != value_of(w, 0), !is_fixed(w, 1) && goals[1] != value_of(w, 1)};
    unsigned chosen = helps[0] && helps[1] ? coin(w, 2) : helps[1] ? 1 : 0;
    *wanted = goals[chosen];
    return chosen;
}

static unsigned undo(const struct walk *w, word128 *wanted) {
    word128 part = term_mask(w->node->width);
    switch (w->node->operation) {
    case TERM_NOT:
        *wanted = ~w->wanted & part;
        return 0;
    case TERM_AND:
    case TERM_OR:
        return undo_gate(w, wanted);
    case TERM_EQUAL:
        return undo_equal(w, wanted);
    case TERM_LESS:
    case TERM_SIGNED_LESS:
        return undo_less(w, wanted);
    case TERM_SHIFT_LEFT:
    case TERM_SHIFT_RIGHT:
        return undo_shift(w, wanted);
    case TERM_IF:
        return undo_if(w, wanted);
    case TERM_CONCATENATE:
        return undo_concatenation(w, wanted);
    case TERM_EXTRACT:
        *wanted = (value_of(w, 0) & ~(part << w->node->low)) | w->wanted << w->node->low;
        return 0;
    default:
        return undo_arithmetic(w, wanted);
    }
}

bool local_walk(const struct local_problem *problem, uint64_t *random, uint32_t *place, word128 *value) {
    struct walk w = {problem, random, &problem->nodes[*place], *value};
    while (!w.node->fixed) {
        if (w.node->operation != TERM_APPLY) {
            word128 wanted = 0;
            *place = w.node->arguments[undo(&w, &wanted)];
            w.wanted = wanted;
        } else if (w.node->argument_count == 0 || !coin(&w, 8)) {
            *value = w.wanted;
            return problem->values[*place] != w.wanted;
        } else {
            /* Another element may hold what is wanted: one bit of one argument is changed. */
            *place = problem->lists[w.node->arguments[0] + local_random(random, w.node->argument_count)];
            w.wanted = problem->values[*place] ^ (word128)1 << local_random(random, problem->nodes[*place].width);
        }
        w.node = &problem->nodes[*place];
    }
    return false;
}
