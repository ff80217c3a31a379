/* What the conditions leave no choice about: variables that they name a value for, and all that follows from those. */
#include "local_problem.h"

#include <stdlib.h>

#define ROUNDS 8u /* each may fix what the next one needs; more were never seen to help */

struct implication {
    struct local_problem *problem;
    bool changed, good;
};

static bool is_fixed(const struct implication *i, uint32_t place) { return i->problem->nodes[place].fixed; }

static word128 value_of(const struct implication *i, uint32_t place) { return i->problem->values[place]; }

/* Upwards: a term is fixed when its arguments are, or those that decide it. */
static bool follows(const struct implication *i, const struct local_node *n) {
    const uint32_t *a = n->arguments;
    word128 decides = n->operation == TERM_AND ? 0 : term_mask(n->width);
    switch (n->operation) {
    case TERM_CONSTANT:
        return true;
    case TERM_APPLY:
        return n->fixed;
    case TERM_AND:
    case TERM_OR:
        return (is_fixed(i, a[0]) && (is_fixed(i, a[1]) || value_of(i, a[0]) == decides)) || (is_fixed(i, a[1]) && value_of(i, a[1]) == decides);
    case TERM_IF:
        return is_fixed(i, a[0]) && is_fixed(i, value_of(i, a[0]) != 0 ? a[1] : a[2]);
    default:
        return is_fixed(i, a[0]) && (n->argument_count == 1 || is_fixed(i, a[1]));
    }
}

/* Downwards, one step: which argument must have which value for the term to have this one. False: that is left open. */
static bool next(const struct implication *i, const struct local_node *n, uint32_t *place, word128 *value) {
    const uint32_t *a = n->arguments;
    unsigned known = n->argument_count > 1 && is_fixed(i, a[0]) ? 0 : 1;
    word128 other = n->argument_count > 1 ? value_of(i, a[known]) : 0;
    bool one_known = n->argument_count > 1 && is_fixed(i, a[known]);
    switch (n->operation) {
    case TERM_NOT:
        *place = a[0];
        *value = ~*value & term_mask(n->width);
        return true;
    case TERM_AND: /* the other argument is all ones, or nothing is known */
    case TERM_OR:
        *place = a[1 - known];
        return one_known && other == (n->operation == TERM_AND ? term_mask(n->width) : 0);
    case TERM_XOR:
        *place = a[1 - known];
        *value ^= other;
        return one_known;
    case TERM_EQUAL:
        *place = a[1 - known];
        *value = *value != 0 ? other : other ^ 1;
        return one_known && (*value == other || i->problem->nodes[a[0]].width == 1);
    case TERM_IF:
        if (is_fixed(i, a[0])) {
            *place = value_of(i, a[0]) != 0 ? a[1] : a[2];
            return true;
        }
        /* A branch that cannot have the value is not the one that is taken. */
        for (unsigned branch = 1; branch < 3; branch++) {
            if (is_fixed(i, a[branch]) && value_of(i, a[branch]) != *value) {
                *place = a[0];
                *value = branch - 1;
                return true;
            }
        }
        return false;
    default:
        return false;
    }
}

static void imply(struct implication *i, uint32_t place, word128 value) {
    const struct local_node *n = &i->problem->nodes[place];
    while (!n->fixed && n->operation != TERM_APPLY && next(i, n, &place, &value)) {
        n = &i->problem->nodes[place];
    }
    if (!n->fixed && n->operation == TERM_APPLY && n->argument_count == 0) {
        i->good = i->good && local_problem_set(i->problem, place, value);
        i->problem->nodes[place].fixed = true;
        i->changed = true;
    }
}

bool local_problem_fix(struct local_problem *problem) {
    struct implication i = {problem, true, true};
    for (unsigned round = 0; round < ROUNDS && i.changed && i.good; round++) {
        i.changed = false;
        for (size_t at = 0; at < problem->node_count; at++) {
            problem->nodes[at].fixed = follows(&i, &problem->nodes[at]);
        }
        for (size_t c = 0; c < problem->condition_count; c++) {
            imply(&i, problem->conditions[c].place, problem->conditions[c].wanted);
        }
    }
    return i.good;
}

/* --- the query without what is fixed -------------------------------------------------------------------------------------------------------------
 */

/* The term at a place, made anew of arguments that were made anew. */
static term rebuild(const struct local_problem *p, struct term_pool *pool, const term *made, const struct local_node *n) {
    term arguments[TERM_MAXIMUM_ARGUMENTS] = {0};
    for (unsigned i = 0; i < n->argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
        arguments[i] = made[n->operation == TERM_APPLY ? p->lists[n->arguments[0] + i] : n->arguments[i]];
    }
    struct term_view view = {.operation = n->operation, .width = n->width, .argument_count = n->argument_count, .low = n->low};
    view.symbol = n->operation == TERM_APPLY ? p->functions[n->arguments[1]].symbol : 0;
    return term_rebuild(pool, &view, arguments);
}

bool local_problem_rest(const struct local_problem *p, struct term_pool *pool, term *rest, struct valuation *fixed) {
    term *made = malloc((p->node_count + 1) * sizeof *made);
    if (made == NULL) {
        return false;
    }
    bool good = true;
    for (size_t at = 0; good && at < p->node_count; at++) {
        const struct local_node *n = &p->nodes[at];
        made[at] = n->fixed ? term_constant(pool, n->width, p->values[at]) : rebuild(p, pool, made, n);
        if (n->fixed && n->operation == TERM_APPLY) {
            good = valuation_set(fixed, p->functions[n->arguments[1]].symbol, NULL, 0, p->values[at]);
        }
    }
    *rest = term_true(pool);
    for (size_t i = 0; good && i < p->condition_count; i++) {
        term condition = made[p->conditions[i].place];
        *rest = term_and(pool, *rest, p->conditions[i].wanted ? condition : term_not(pool, condition));
    }
    free(made);
    return good && !term_pool_failed(pool);
}
