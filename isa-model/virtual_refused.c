/* What a virtual processor refuses: where a form changes a component that its profile leaves to the monitor, and what is left of its terms elsewhere.
 */
#include "virtual_making.h"

struct substitution *new_substitution(struct making *m) {
    struct substitution *s = substitution_new(m->from->pool);
    if (s == NULL) {
        longjmp(*m->arena->exhausted, 1);
    }
    return s;
}

term making_changes(struct making *m, term next, term before) {
    struct term_pool *pool = m->from->pool;
    if (next == before) {
        return term_false(pool);
    }
    struct term_view v = term_look(pool, next);
    if (v.operation != TERM_IF) {
        return term_true(pool);
    }
    const term condition = v.arguments[0];
    const term otherwise = v.arguments[2];
    term first = making_changes(m, v.arguments[1], before);
    return term_if(pool, condition, first, making_changes(m, otherwise, before));
}

/* That a condition is true or false, and what it is made of, where that follows. */
static void learn(struct term_pool *pool, struct substitution *known, term condition, bool value) {
    word128 constant = 0;
    if (term_is_constant(pool, condition, &constant)) {
        return;
    }
    substitution_put(known, condition, term_constant(pool, 1, value ? 1 : 0));
    struct term_view v = term_look(pool, condition);
    const term first = v.argument_count > 0 ? v.arguments[0] : TERM_NONE;
    const term second = v.argument_count > 1 ? v.arguments[1] : TERM_NONE;
    if (v.operation == TERM_NOT) {
        learn(pool, known, first, !value);
    } else if (v.operation == (value ? TERM_AND : TERM_OR)) {
        learn(pool, known, first, value);
        learn(pool, known, second, value);
    }
}

static term given(struct making *m, term t, term condition, bool value) {
    struct substitution *known = new_substitution(m);
    learn(m->from->pool, known, condition, value);
    term result = substitute(known, t);
    substitution_free(known);
    return result;
}

/* What is refused besides `first`, where that is true and where it is false. */
static term given_either(struct making *m, term t, term first, term rest_if_true, term rest_if_false) {
    term yes = making_without(m, given(m, t, first, true), given(m, rest_if_true, first, true));
    term no = making_without(m, given(m, t, first, false), given(m, rest_if_false, first, false));
    return term_if(m->from->pool, first, yes, no);
}

term making_without(struct making *m, term t, term refused) {
    struct term_pool *pool = m->from->pool;
    word128 constant = 0;
    if (term_is_constant(pool, t, &constant) || term_is_constant(pool, refused, &constant)) {
        return t;
    }
    struct term_view v = term_look(pool, refused);
    const term first = v.arguments[0];
    const term second = v.argument_count > 1 ? v.arguments[1] : TERM_NONE;
    const term third = v.argument_count > 2 ? v.arguments[2] : TERM_NONE;
    if (v.operation == TERM_IF) {
        return given_either(m, t, first, second, third);
    }
    if (v.operation == TERM_OR) {
        return making_without(m, given(m, t, first, false), given(m, second, first, false));
    }
    if (v.operation == TERM_AND) {
        return given_either(m, t, first, second, term_false(pool));
    }
    return given(m, t, refused, false);
}
