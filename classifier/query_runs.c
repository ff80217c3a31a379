/* One state and one step from it, as terms: what is before and after, what is kept, and what is known of the state. */
#include "query_runs.h"

#include <stdlib.h>

struct run start(const struct query_context *q, enum side_kind kind, const struct semantics *semantics) {
    const struct side *side = &q->sides[kind];
    return (struct run){q, side, semantics, on(side, semantics->trap), on(side, semantics->memory_trap), q->definition == DEFINITION_LITERAL};
}

term before(const struct run *r, unsigned leaf) { return r->side->terms[leaf]; }

/* Plainly kept: the form does not touch the leaf at all. */
bool is_untouched(const struct run *r, unsigned leaf) { return r->semantics->next[leaf] == r->q->leaf_terms[leaf]; }

/* Literally, a trap is part of what the instruction does: M, R and P come from the new PSW, which is the same in both runs. */
term after(const struct run *r, unsigned leaf) {
    struct term_pool *p = r->q->isa->pool;
    const struct leaf *l = &r->q->isa->leaves[leaf];
    term next = is_untouched(r, leaf) ? before(r, leaf) : on(r->side, r->semantics->next[leaf]);
    if (!r->literal) {
        return next;
    }
    term trapped = before(r, leaf);
    if (is_in_psw(l)) {
        trapped = term_apply(p, r->q->new_psw[leaf], NULL, 0);
    }
    return term_if(p, r->trap, trapped, next);
}

static term element_before(const struct run *r, unsigned leaf, term index) { return term_apply(r->q->isa->pool, r->side->symbols[leaf], &index, 1); }

static term element_after(const struct run *r, unsigned leaf, term index) {
    struct term_pool *p = r->q->isa->pool;
    term value = element_before(r, leaf, index);
    for (size_t i = 0; i < r->semantics->write_count; i++) {
        const struct array_write *w = &r->semantics->writes[i];
        if (w->leaf == leaf) {
            term hit = term_and(p, on(r->side, w->guard), term_equal(p, on(r->side, w->index), index));
            hit = r->literal ? term_and(p, hit, term_not(p, r->trap)) : hit;
            value = term_if(p, hit, on(r->side, w->value), value);
        }
    }
    return value;
}

static bool writes_to(const struct semantics *semantics, unsigned leaf) {
    for (size_t i = 0; i < semantics->write_count; i++) {
        if (semantics->writes[i].leaf == leaf) {
            return true;
        }
    }
    return false;
}

/* The leaf is after the step what it was before. */
term leaf_kept(const struct run *r, unsigned leaf) {
    struct term_pool *p = r->q->isa->pool;
    if (r->q->isa->leaves[leaf].index_width == 0) {
        if (is_untouched(r, leaf) && !r->literal) {
            return term_true(p);
        }
        return term_equal(p, before(r, leaf), after(r, leaf));
    }
    term kept = term_true(p);
    for (size_t i = 0; i < r->semantics->write_count; i++) {
        if (r->semantics->writes[i].leaf == leaf) {
            term index = on(r->side, r->semantics->writes[i].index);
            kept = term_and(p, kept, term_equal(p, element_before(r, leaf, index), element_after(r, leaf, index)));
        }
    }
    return kept;
}

term owned_kept(const struct run *r) {
    term kept = term_true(r->q->isa->pool);
    for (unsigned i = 0; i < r->q->isa->leaf_count; i++) {
        bool plain = r->q->isa->leaves[i].index_width == 0 && is_untouched(r, i) && !r->literal;
        if (!plain && is_owned(&r->q->isa->leaves[i])) {
            kept = term_and(r->q->isa->pool, kept, leaf_kept(r, i));
        }
    }
    return kept;
}

/* The two runs leave different values in the leaf. */
term leaf_differs(const struct run *a, const struct run *b, unsigned leaf) {
    struct term_pool *p = a->q->isa->pool;
    const struct leaf *l = &a->q->isa->leaves[leaf];
    if (l->index_width == 0) {
        if (is_untouched(a, leaf) && before(a, leaf) == before(b, leaf) && !a->literal) {
            return term_false(p);
        }
        return term_not(p, term_equal(p, after(a, leaf), after(b, leaf)));
    }
    if (a->side->symbols[leaf] == b->side->symbols[leaf] && !writes_to(a->semantics, leaf)) {
        return term_false(p);
    }
    /* Some element differs: its index is one more unknown. */
    term index = term_apply(p, a->q->indices[leaf], NULL, 0);
    return term_not(p, term_equal(p, element_after(a, leaf, index), element_after(b, leaf, index)));
}

term operands_differ(const struct run *a, const struct run *b) {
    struct term_pool *p = a->q->isa->pool;
    term differ = term_false(p);
    for (size_t i = 0; i < a->semantics->operand_count; i++) {
        const struct operand *o = &a->semantics->operands[i];
        if ((o->direction & OPERAND_OUT) != 0) {
            term x = on(a->side, o->next);
            term y = on(b->side, o->next);
            term different = term_not(p, term_equal(p, x, y));
            if (a->literal) { /* an operand of a trapping run keeps what it held */
                term kept = term_apply(p, o->symbol, NULL, 0);
                different = term_not(p, term_equal(p, term_if(p, a->trap, kept, x), term_if(p, b->trap, kept, y)));
            }
            differ = term_or(p, differ, different);
        }
    }
    return differ;
}

term visible_differs(const struct run *a, const struct run *b) {
    struct term_pool *p = a->q->isa->pool;
    term differ = operands_differ(a, b);
    for (unsigned i = 0; i < a->q->isa->leaf_count; i++) {
        if (is_visible(&a->q->isa->leaves[i])) {
            differ = term_or(p, differ, leaf_differs(a, b, i));
        }
    }
    return differ;
}

/* --- what is known of a state ---------------------------------------------------------------------------------------------------------------- */

term is_user(const struct run *r) { return on(r->side, r->q->profile->user); }

term is_supervisor(const struct run *r) { return on(r->side, r->q->profile->supervisor); }

term guarantees(const struct run *r) {
    term all = term_true(r->q->isa->pool);
    for (size_t i = 0; i < r->q->profile->assumption_count; i++) {
        all = term_and(r->q->isa->pool, all, on(r->side, r->q->profile->assumptions[i].condition));
    }
    return all;
}

term configured(const struct run *r, unsigned configuration) {
    struct term_pool *p = r->q->isa->pool;
    term all = term_true(p);
    for (size_t i = 0; i < r->q->profile->free_bit_count; i++) {
        term bit = term_constant(p, 1, (configuration >> i) & 1u);
        all = term_and(p, all, term_equal(p, before(r, r->q->profile->free_bits[i].leaf), bit));
    }
    return all;
}

/* A state that can be: well formed, in the operating mode; and in a user state the monitor's guarantees hold. */
term possible(const struct run *r, unsigned mode) {
    struct term_pool *p = r->q->isa->pool;
    return term_and(p, on(r->side, r->q->isa->well_formed), on(r->side, r->q->isa->modes[mode].states));
}

term bare(const struct run *r, unsigned mode, unsigned configuration) {
    struct term_pool *p = r->q->isa->pool;
    term assumed = term_or(p, term_not(p, is_user(r)), guarantees(r));
    return term_and(p, term_and(p, possible(r, mode), configured(r, configuration)), assumed);
}

term either_mode(const struct run *r) { return term_or(r->q->isa->pool, is_user(r), is_supervisor(r)); }

term neither(struct term_pool *p, term a, term b) { return term_and(p, term_not(p, a), term_not(p, b)); }

/* The runs that the definition looks at: repaired, those that do not trap at all; literal, those without a memory trap. */
term completes(const struct run *r) {
    struct term_pool *p = r->q->isa->pool;
    return r->literal ? term_not(p, r->memory_trap) : neither(p, r->trap, r->memory_trap);
}

/* Assumptions about every element that a user state's run reads, for the elements that occur in the query. */
term with_elements(const struct run *r, term query) {
    struct term_pool *p = r->q->isa->pool;
    const struct profile *profile = r->q->profile;
    if (profile->element_count == 0) {
        return query;
    }
    size_t size = term_pool_size(p);
    unsigned char *marks = calloc(size, 1);
    if (marks == NULL) {
        return TERM_NONE;
    }
    term_mark(p, query, marks);
    term premise = is_user(r);
    for (size_t e = 0; e < profile->element_count; e++) {
        const struct element_assumption *assumption = &profile->elements[e];
        for (size_t t = 0; t < size; t++) {
            struct term_view view = term_look(p, (term)t);
            if (marks[t] == 0 || view.operation != TERM_APPLY || view.symbol != r->side->symbols[assumption->leaf] || view.argument_count != 1) {
                continue;
            }
            term index = view.arguments[0];
            struct substitution *s = substitution_new(p);
            if (s == NULL) {
                free(marks);
                return TERM_NONE;
            }
            substitution_replace(s, assumption->element, (term)t);
            substitution_replace(s, assumption->index, index);
            term holds = substitute(s, on(r->side, assumption->condition));
            substitution_free(s);
            query = term_and(p, query, term_or(p, term_not(p, premise), holds));
        }
    }
    free(marks);
    return query;
}
