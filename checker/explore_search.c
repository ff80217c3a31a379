/* A state for a target that none of the known ones exercises: what the conditions decide, the local search, and the solver, which alone says that
 * there is none. */
#include "explorer.h"

#include <stdlib.h>

#define WALKS 3u
#define MOVES 300u

/* Every term of the step where the branch at `place` has a value of its own, by place in e->replaced. */
static void replace_branch(struct explorer *e, uint32_t place, bool value) {
    struct term_pool *p = e->isa->pool;
    for (size_t i = 0; i < cone_size(e->cone); i++) {
        term t = cone_terms(e->cone)[i];
        e->replaced[i] = i == place ? (value ? term_true(p) : term_false(p)) : t;
        if (i <= place) {
            continue;
        }
        struct term_view v = term_look(p, t);
        term arguments[TERM_MAXIMUM_ARGUMENTS] = {TERM_NONE};
        bool same = true;
        for (unsigned k = 0; k < v.argument_count; k++) {
            arguments[k] = e->replaced[cone_place(e->cone, v.arguments[k])];
            same = same && arguments[k] == v.arguments[k];
        }
        e->replaced[i] = same ? t : term_rebuild(p, &v, arguments);
    }
}

static bool reserve_places(struct explorer *e) {
    size_t count = cone_size(e->cone);
    if (e->replaced_capacity < count) {
        free(e->replaced);
        free(e->turned);
        e->replaced = malloc(2 * count * sizeof *e->replaced);
        e->turned = calloc(2 * count, sizeof *e->turned);
        e->replaced_capacity = e->replaced == NULL || e->turned == NULL ? 0 : 2 * count;
    }
    return e->replaced_capacity >= count;
}

/* Whether it matters for what is seen of the step that the branch is true or false, whatever it is. */
static bool matters(struct explorer *e, term branch, term *difference) {
    struct term_pool *p = e->isa->pool;
    uint32_t place = cone_place(e->cone, branch);
    if (!reserve_places(e)) {
        return false;
    }
    replace_branch(e, place, true);
    for (size_t i = 0; i < e->seen_count; i++) {
        e->turned[i] = e->replaced[cone_place(e->cone, e->roots[i])];
    }
    replace_branch(e, place, false);
    term unequal[2] = {term_false(p), term_false(p)}; /* what a trap says; what is left behind by a step that completes */
    term outcome = term_false(p);
    for (size_t i = 0; i < e->seen_count; i++) {
        term other = e->replaced[cone_place(e->cone, e->roots[i])];
        term *sum = i < 2 ? &outcome : &unequal[i < 4 ? 0 : 1];
        *sum = term_or(p, *sum, term_not(p, term_equal(p, e->turned[i], other)));
    }
    term stopped = term_or(p, e->turned[0], e->turned[1]); /* where the outcome is the same, either side says which it is */
    *difference = term_or(p, outcome, term_if(p, stopped, unequal[0], unequal[1]));
    return !term_pool_failed(p);
}

/* Where the search begins: a state in which the comparison matters and is the other way round, or one that was found last. */
static const struct valuation *beginning(const struct targets *t, const struct target *x, unsigned walk) {
    for (size_t i = 0; walk == 0 && i < t->count; i++) {
        const struct target *y = &t->items[i];
        if (y->kind == x->kind && y->number == x->number && y != x && y->status == TARGET_COVERED) {
            return t->states[y->state];
        }
    }
    return walk < t->state_count ? t->states[t->state_count - 1 - walk] : NULL;
}

/* The rest of a query, with what its conditions decide. */
struct remainder {
    term query;
    struct valuation *fixed;
};

static bool add_fixed(const struct remainder *r, struct valuation *model) {
    bool good = true;
    for (size_t i = 0; good && i < valuation_size(r->fixed); i++) {
        const struct valuation_entry *x = &valuation_entries(r->fixed)[i];
        good = valuation_set(model, x->symbol, x->arguments, x->argument_count, x->value);
    }
    return good;
}

static bool try_model(struct explorer *e, struct targets *t, const struct remainder *r, struct valuation *model) {
    bool useful = false;
    if (!add_fixed(r, model)) {
        valuation_free(model);
        return false;
    }
    return explorer_try(e, t, model, &useful);
}

static bool walk(struct explorer *e, struct targets *t, const struct target *x, const struct remainder *r) {
    bool good = true;
    for (unsigned i = 0; good && i < WALKS && x->status == TARGET_OPEN; i++) {
        struct valuation *model = NULL;
        good = local_search_run(e->local_search, r->query, beginning(t, x, i), i, MOVES, &model);
        good = good && (model == NULL || try_model(e, t, r, model));
    }
    return good;
}

/* `answer`: NO when there is no such state, UNDECIDED when none was found. */
static bool search(struct explorer *e, struct targets *t, struct target *x, term query, enum answer *answer) {
    struct remainder r = {query, NULL};
    struct valuation *model = NULL;
    word128 constant = 0;
    *answer = ANSWER_UNDECIDED;
    bool good = local_search_simplify(e->local_search, e->isa->pool, query, &r.query, &r.fixed);
    if (good && term_is_constant(e->isa->pool, r.query, &constant)) {
        model = constant == 0 ? NULL : valuation_new();
        *answer = constant == 0 ? ANSWER_NO : ANSWER_YES;
    } else if (good) {
        good = walk(e, t, x, &r);
        if (good && x->status == TARGET_OPEN) {
            e->asked++;
            good = solver_ask(e->solver, r.query, 1, answer, &model);
        }
    }
    good = good && (model == NULL || try_model(e, t, &r, model));
    valuation_free(r.fixed);
    return good;
}

static bool search_target(struct explorer *e, struct targets *t, struct target *x) {
    struct term_pool *p = e->isa->pool;
    term query = term_and(p, e->base, x->value ? x->condition : term_not(p, x->condition));
    if (target_has_effect(x)) {
        term difference = TERM_NONE;
        if (!matters(e, x->condition, &difference)) {
            return false;
        }
        query = term_and(p, query, difference);
    }
    enum answer answer = ANSWER_NO;
    bool good = search(e, t, x, term_and(p, query, e->tame), &answer);
    if (good && answer == ANSWER_NO) {
        good = search(e, t, x, query, &answer);
    }
    if (x->status == TARGET_OPEN) { /* a model that the evaluator refutes would be a defect: never counted as covered */
        x->status = answer == ANSWER_NO ? TARGET_IMPOSSIBLE : TARGET_UNDECIDED;
    }
    return good;
}

bool explorer_search(struct explorer *e, struct targets *t, bool branches) {
    bool good = true;
    unsigned undecided = 0;
    for (size_t i = 0; good && i < t->count; i++) {
        struct target *x = &t->items[i];
        if (x->status == TARGET_OPEN && target_has_effect(x) == branches) {
            if (undecided >= EXPLORER_UNDECIDED) {
                x->status = TARGET_UNDECIDED; /* the step is too hard */
            } else {
                good = search_target(e, t, x);
            }
            undecided += x->status == TARGET_UNDECIDED ? 1 : 0;
        }
    }
    return good;
}
