/* Lists the targets of a step, and decides by evaluation which of them a state exercises. */
#include "explorer.h"

#include "../isa-model/grow.h"

#include <stdlib.h>
#include <string.h>

void targets_free(struct targets *t) {
    for (size_t i = 0; i < t->state_count; i++) {
        valuation_free(t->states[i]);
    }
    free(t->states);
    free(t->items);
    *t = (struct targets){NULL, 0, NULL, 0, 0};
}

static bool push_root(struct explorer *e, term t) {
    term *roots = array_grow(e->roots, e->root_count, &e->root_capacity, sizeof *roots);
    if (roots == NULL) {
        return false;
    }
    e->roots = roots;
    e->roots[e->root_count++] = t;
    return true;
}

/* A conjunct that leaves a variable one value. */
static void settle_literal(struct explorer *e, struct substitution *s, term t) {
    struct term_pool *p = e->isa->pool;
    struct term_view v = term_look(p, t);
    term one = t;
    word128 value = 1;
    if (v.operation == TERM_AND) {
        term parts[2] = {v.arguments[0], v.arguments[1]};
        settle_literal(e, s, parts[0]);
        settle_literal(e, s, parts[1]);
        return;
    }
    if (v.operation == TERM_NOT) {
        one = v.arguments[0];
        value = 0;
    } else if (v.operation == TERM_EQUAL) {
        bool second = term_is_constant(p, v.arguments[1], &value);
        one = v.arguments[second ? 0 : 1];
        if (!second && !term_is_constant(p, v.arguments[0], &value)) {
            return;
        }
    }
    struct term_view w = term_look(p, one);
    if (w.operation == TERM_APPLY && w.argument_count == 0) {
        substitution_replace(s, w.symbol, term_constant(p, w.width, value));
    }
}

static bool choose_mode(struct explorer *e, unsigned mode) {
    struct term_pool *p = e->isa->pool;
    e->base = term_and(p, term_and(p, e->isa->well_formed, e->isa->modes[mode].condition), e->fixed);
    if (mode >= EXPLORER_MODES) {
        return false;
    }
    if (e->settled[mode] == NULL) {
        e->settled[mode] = substitution_new(p);
        if (e->settled[mode] != NULL) {
            settle_literal(e, e->settled[mode], e->isa->modes[mode].condition);
            settle_literal(e, e->settled[mode], e->fixed);
        }
    }
    e->settle = e->settled[mode];
    return e->settle != NULL;
}

static term settled(struct explorer *e, term t) { return substitute(e->settle, t); }

/* Everything that can be seen of the step, trap and memory trap first; then what tells its states. */
static bool gather_roots(struct explorer *e, const struct semantics *m) {
    const struct isa *isa = e->isa;
    e->root_count = 0;
    bool good = push_root(e, settled(e, m->trap)) && push_root(e, settled(e, m->memory_trap)) && push_root(e, settled(e, m->trap_vector)) &&
                push_root(e, settled(e, m->trap_argument));
    for (size_t i = 0; good && i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0 && m->next[i] != e->variables[i]) {
            good = push_root(e, settled(e, m->next[i]));
        }
    }
    for (size_t i = 0; good && i < m->operand_count; i++) {
        good = (m->operands[i].direction & OPERAND_OUT) == 0 || push_root(e, settled(e, m->operands[i].next));
    }
    for (size_t i = 0; good && i < m->write_count; i++) {
        good = push_root(e, settled(e, m->writes[i].guard)) && push_root(e, settled(e, m->writes[i].index)) &&
               push_root(e, settled(e, m->writes[i].value));
    }
    e->seen_count = e->root_count;
    return good;
}

static bool add_target(struct explorer *e, struct targets *t, enum target_kind kind, unsigned number, bool value, term condition) {
    struct target *items = array_grow(t->items, t->count, &e->target_capacity, sizeof *items);
    if (items == NULL) {
        return false;
    }
    t->items = items;
    t->items[t->count++] = (struct target){kind, TARGET_OPEN, number, value, condition, 0};
    return true;
}

/* Comparisons, tests of a bit and one-bit variables: what conditions are made of. */
static bool is_branch(const struct term_pool *pool, term t) {
    struct term_view v = term_look(pool, t);
    return v.width == 1 && (v.operation == TERM_EQUAL || v.operation == TERM_LESS || v.operation == TERM_SIGNED_LESS || v.operation == TERM_APPLY ||
                            v.operation == TERM_EXTRACT);
}

/* Terms of width 1 that decide something: conditions of IF, and arguments of what is itself of width 1. A bit that is only moved is none. */
static bool list_branches(struct explorer *e, struct targets *t) {
    const struct term_pool *pool = e->isa->pool;
    size_t count = cone_size(e->cone);
    bool *decides = calloc(count + 1, sizeof *decides);
    bool good = decides != NULL;
    for (size_t i = count; good && i-- > 0;) { /* what is built of a term comes after it */
        struct term_view v = term_look(pool, cone_terms(e->cone)[i]);
        if (v.operation == TERM_IF) {
            decides[cone_place(e->cone, v.arguments[0])] = true;
        }
        bool logical = v.operation == TERM_AND || v.operation == TERM_OR || v.operation == TERM_NOT || v.operation == TERM_XOR;
        for (unsigned k = 0; v.width == 1 && decides[i] && logical && k < v.argument_count; k++) {
            decides[cone_place(e->cone, v.arguments[k])] = true;
        }
        for (unsigned k = 1; v.width == 1 && decides[i] && v.operation == TERM_IF && k < 3; k++) {
            decides[cone_place(e->cone, v.arguments[k])] = true;
        }
        decides[i] = decides[i] || cone_terms(e->cone)[i] == e->roots[0]; /* the trap: its parts follow, coming before it */
        for (unsigned k = 0; decides[i] && logical && v.width == 1 && k < v.argument_count; k++) {
            decides[cone_place(e->cone, v.arguments[k])] = true;
        }
    }
    for (size_t i = 0; good && i < count && e->branch_count < EXPLORER_BRANCHES; i++) {
        term branch = cone_terms(e->cone)[i];
        if (decides[i] && is_branch(pool, branch)) {
            e->branches[e->branch_count++] = branch;
            good = add_target(e, t, TARGET_BRANCH, e->branch_count - 1, true, branch) &&
                   add_target(e, t, TARGET_BRANCH, e->branch_count - 1, false, branch);
        }
    }
    free(decides);
    return good;
}

/* Of a check that is one comparison the branch says the same. */
static bool list_checks(struct explorer *e, const struct semantics *m, struct targets *t) {
    bool good = true;
    word128 constant = 0;
    for (size_t i = 0; good && i < m->point_count; i++) {
        term condition = settled(e, m->points[i].condition);
        bool said = term_is_constant(e->isa->pool, condition, &constant);
        for (unsigned k = 0; k < e->branch_count; k++) {
            said = said || e->branches[k] == condition;
        }
        good = said || add_target(e, t, TARGET_CHECK, (unsigned)i, true, condition);
    }
    return good;
}

static bool list_changes(struct explorer *e, const struct semantics *m, term done, struct targets *t) {
    const struct isa *isa = e->isa;
    struct term_pool *pool = isa->pool;
    bool good = true;
    for (size_t i = 0; good && i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0 && m->next[i] != e->variables[i]) {
            term same = term_equal(pool, settled(e, m->next[i]), settled(e, e->variables[i]));
            term other = term_and(pool, done, term_not(pool, same));
            good = add_target(e, t, TARGET_CHANGE, (unsigned)i, true, other);
        }
    }
    for (size_t i = 0; good && i < m->operand_count; i++) {
        const struct operand *o = &m->operands[i];
        term before = term_apply(pool, o->symbol, NULL, 0);
        if ((o->direction & OPERAND_OUT) != 0 && o->next != before) {
            term other = term_and(pool, done, term_not(pool, term_equal(pool, settled(e, o->next), before)));
            good = add_target(e, t, TARGET_CHANGE, (unsigned)(isa->leaf_count + i), true, other);
        }
    }
    for (size_t i = 0; good && i < m->write_count; i++) {
        const struct array_write *w = &m->writes[i];
        term before = term_apply(pool, isa->leaves[w->leaf].symbol, &w->index, 1);
        term other = settled(e, term_and(pool, w->guard, term_not(pool, term_equal(pool, w->value, before))));
        good = add_target(e, t, TARGET_CHANGE, (unsigned)(isa->leaf_count + m->operand_count + i), true, term_and(pool, done, other));
    }
    return good;
}

bool list_targets(struct explorer *e, const struct semantics *m, unsigned mode, struct targets *t) {
    struct term_pool *pool = e->isa->pool;
    *t = (struct targets){NULL, 0, NULL, 0, 0};
    e->target_capacity = 0;
    e->branch_count = 0;
    bool good = choose_mode(e, mode);
    if (!good) {
        return false;
    }
    term done = term_not(pool, settled(e, term_or(pool, m->trap, m->memory_trap)));
    good = gather_roots(e, m) && cone_collect(e->cone, e->roots, e->root_count);
    for (size_t i = 0; good && i < m->point_count; i++) {
        good = add_target(e, t, TARGET_TRAP, (unsigned)i, true, settled(e, m->points[i].condition));
    }
    good = good && add_target(e, t, TARGET_DONE, 0, true, done) && list_changes(e, m, done, t) && list_branches(e, t) && list_checks(e, m, t);
    for (size_t i = 0; good && i < t->count; i++) {
        good = push_root(e, t->items[i].condition);
    }
    e->base_root = e->root_count;
    good = good && push_root(e, e->base) && cone_collect(e->cone, e->roots, e->root_count);
    return good && !term_pool_failed(pool);
}

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned count) { return valuation_get(context, s, arguments, count); }

/* Whether what is seen of the step differs between the values and the pinned ones. */
static bool differs(const struct explorer *e) {
    const struct cone *c = e->cone;
    bool stopped = cone_value(c, e->roots[0]) != 0 || cone_value(c, e->roots[1]) != 0;
    size_t last = stopped ? 4 : e->seen_count; /* outcome; what a trap says; components, operands and writes */
    size_t first = stopped ? 2 : 4;
    if (cone_value(c, e->roots[0]) != cone_pinned_value(c, e->roots[0]) || cone_value(c, e->roots[1]) != cone_pinned_value(c, e->roots[1])) {
        return true;
    }
    for (size_t i = first; i < last; i++) {
        if (cone_value(c, e->roots[i]) != cone_pinned_value(c, e->roots[i])) {
            return true;
        }
    }
    return false;
}

bool mark_covered(struct explorer *e, const struct valuation *state, const struct targets *t, bool *covered) {
    void *context = (void *)(uintptr_t)state;
    cone_evaluate(e->cone, look_up, context);
    bool possible = cone_value(e->cone, e->base) != 0;
    bool good = true;
    for (size_t i = 0; good && i < t->count; i++) {
        const struct target *x = &t->items[i];
        bool holds = possible && x->status != TARGET_COVERED && cone_value(e->cone, x->condition) == (x->value ? 1 : 0);
        if (holds && target_has_effect(x)) {
            good = cone_pin(e->cone, x->condition, x->value ? 0 : 1, look_up, context);
            holds = good && differs(e);
        }
        covered[i] = holds;
    }
    return good;
}
