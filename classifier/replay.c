/* Replaying: what a witness claims is checked on the evaluator's results, in plain C and not through the query. */
#include "witness.h"

#include <stdlib.h>

static bool holds(const struct query_context *q, const struct valuation *state, term condition) {
    word128 value = 0;
    return term_evaluate(q->isa->pool, &condition, 1, witness_look_up, (struct valuation *)(uintptr_t)state, &value) && value != 0;
}

/* An element in the place of the name that the assumption gives it. */
struct element_lookup {
    const struct valuation *state;
    const struct element_assumption *assumption;
    const struct valuation_entry *entry;
};

static word128 look_up_element(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
    const struct element_lookup *l = context;
    if (s == l->assumption->element) {
        return l->entry->value;
    }
    return s == l->assumption->index ? l->entry->arguments[0] : valuation_get(l->state, s, arguments, argument_count);
}

/* A condition that itself reads elements says nothing of those: the query assumes it of the elements of the run alone, and so does the check. */
static bool reads_elements(const struct query_context *q, term condition, bool *reads) {
    size_t size = (size_t)condition + 1;
    unsigned char *marks = calloc(size, 1);
    *reads = false;
    if (marks == NULL) {
        return false;
    }
    term_mark(q->isa->pool, condition, marks);
    for (size_t t = 0; t < size; t++) {
        struct term_view view = term_look(q->isa->pool, (term)t);
        for (size_t e = 0; marks[t] != 0 && view.operation == TERM_APPLY && e < q->profile->element_count; e++) {
            *reads = *reads || view.symbol == q->isa->leaves[q->profile->elements[e].leaf].symbol;
        }
    }
    free(marks);
    return true;
}

static bool elements_guaranteed(const struct query_context *q, const struct valuation *state) {
    for (size_t e = 0; e < q->profile->element_count; e++) {
        const struct element_assumption *assumption = &q->profile->elements[e];
        const struct valuation_entry *entries = valuation_entries(state);
        bool nested = false;
        if (!reads_elements(q, assumption->condition, &nested)) {
            return false;
        }
        for (size_t i = 0; !nested && i < valuation_size(state); i++) {
            struct element_lookup lookup = {state, assumption, &entries[i]};
            word128 value = 0;
            if (entries[i].symbol == q->isa->leaves[assumption->leaf].symbol && entries[i].argument_count == 1 &&
                (!term_evaluate(q->isa->pool, &assumption->condition, 1, look_up_element, &lookup, &value) || value == 0)) {
                return false;
            }
        }
    }
    return true;
}

static bool guaranteed(const struct query_context *q, const struct valuation *state) {
    for (size_t i = 0; i < q->profile->assumption_count; i++) {
        if (!holds(q, state, q->profile->assumptions[i].condition)) {
            return false;
        }
    }
    return elements_guaranteed(q, state);
}

static bool configured(const struct query_context *q, const struct valuation *state, unsigned configuration) {
    for (size_t i = 0; i < q->profile->free_bit_count; i++) {
        if (valuation_get(state, q->isa->leaves[q->profile->free_bits[i].leaf].symbol, NULL, 0) != ((configuration >> i) & 1u)) {
            return false;
        }
    }
    return true;
}

/* The two states agree on everything but what the question lets differ. */
static bool agree(const struct query_context *q, const struct witness *w) {
    const struct side *side = &q->sides[question_side(w->question, q->definition)];
    for (unsigned k = 0; k < 2; k++) {
        const struct valuation_entry *entries = valuation_entries(w->states[k].before);
        for (size_t i = 0; i < valuation_size(w->states[k].before); i++) {
            const struct valuation_entry *e = &entries[i];
            int leaf = witness_leaf_named(q->isa, e->symbol);
            term value = 0;
            bool may_differ =
                leaf >= 0 && (side->symbols[leaf] != e->symbol || (side->kind == SIDE_HARDWARE && is_mapped(q->profile, (unsigned)leaf, &value)));
            if (!may_differ && valuation_get(w->states[1 - k].before, e->symbol, e->arguments, e->argument_count) != e->value) {
                return false;
            }
        }
    }
    return true;
}

static bool mapped_before(const struct query_context *q, const struct witness *w) {
    for (size_t i = 0; i < q->profile->mapping_count; i++) {
        const struct mapping *m = &q->profile->mappings[i];
        word128 wanted = 0;
        if (!term_evaluate(q->isa->pool, &m->value, 1, witness_look_up, w->states[0].before, &wanted) ||
            wanted != valuation_get(w->states[1].before, q->isa->leaves[m->leaf].symbol, NULL, 0)) {
            return false;
        }
    }
    return holds(q, w->states[0].before, q->profile->where);
}

static bool states_possible(const struct query_context *q, unsigned mode, unsigned configuration, const struct witness *w) {
    for (unsigned i = 0; i < w->state_count; i++) {
        const struct valuation *s = w->states[i].before;
        bool user = holds(q, s, q->profile->user);
        bool on_hardware = w->question == QUESTION_HOLE && i == 1;
        bool virtual = w->question == QUESTION_HOLE && i == 0;
        bool right_mode = user || holds(q, s, q->profile->supervisor);
        if (w->question == QUESTION_USER_CONTROL || w->question == QUESTION_USER_LOCATION || on_hardware) {
            right_mode = user;
        } else if (w->question == QUESTION_MODE || (w->question == QUESTION_USER_ESCAPES && w->state_count == 2)) {
            right_mode = i == 1 ? user : holds(q, s, q->profile->supervisor);
        } else if (w->question == QUESTION_USER_ESCAPES || w->question == QUESTION_SUPERVISOR_RUNS) {
            right_mode = w->question == QUESTION_USER_ESCAPES ? user : holds(q, s, q->profile->supervisor);
        }
        if (!right_mode || !holds(q, s, q->isa->well_formed) || !holds(q, s, q->isa->modes[mode].states) ||
            (!virtual && !configured(q, s, configuration)) || (!virtual && user && !guaranteed(q, s))) {
            return false;
        }
    }
    return w->state_count < 2 || (agree(q, w) && (w->question != QUESTION_HOLE || mapped_before(q, w)));
}

static bool all_kept(const struct query_context *q, const struct witness *w) {
    for (unsigned i = 0; i < w->state_count; i++) {
        for (unsigned leaf = 0; leaf < q->isa->leaf_count; leaf++) {
            if (is_owned(&q->isa->leaves[leaf]) && !witness_leaf_kept(q, w, i, leaf)) {
                return false;
            }
        }
    }
    return true;
}

/* The runs that the definition looks at: repaired, those that do not trap at all; literal, those without a memory trap. */
static bool completes(const struct query_context *q, const struct step_result *r) {
    return r->outcome == STEP_DONE || (q->definition == DEFINITION_LITERAL && r->outcome == STEP_TRAP);
}

static bool claim_holds(const struct query_context *q, const struct witness *w) {
    const struct step_result *a = &w->states[0].result;
    const struct step_result *b = &w->states[1].result;
    if (w->question == QUESTION_HOLE) {
        return b->outcome == STEP_DONE && (a->outcome != STEP_DONE || w->difference_count > 0);
    }
    if (w->question == QUESTION_SUPERVISOR_RUNS || (w->question == QUESTION_USER_ESCAPES && w->state_count == 1)) {
        return a->outcome == STEP_DONE;
    }
    if (!completes(q, a) || (w->state_count == 2 && !completes(q, b))) {
        return false;
    }
    if (w->question == QUESTION_USER_ESCAPES) { /* literal: not (traps in u and does not trap in s) */
        return a->outcome == STEP_TRAP || b->outcome != STEP_TRAP;
    }
    return w->difference_count > 0 && (w->state_count == 1 || all_kept(q, w));
}

bool witness_check(const struct query_context *q, const struct semantics *semantics, unsigned mode, unsigned configuration, const struct witness *w) {
    struct witness again = *w;
    bool good = true;
    again.differences = NULL;
    for (unsigned i = 0; i < 2; i++) {
        again.states[i].result.after = NULL;
    }
    for (unsigned i = 0; good && i < w->state_count; i++) {
        good = step(q->isa, semantics, w->states[i].before, &again.states[i].result);
    }
    good = good && witness_find_differences(q, semantics, &again);
    good = good && states_possible(q, mode, configuration, &again) && claim_holds(q, &again);
    for (unsigned i = 0; i < 2; i++) {
        valuation_free(again.states[i].result.after);
    }
    free((void *)(uintptr_t)again.differences);
    return good;
}
