/* Witnesses: states taken from a model, and what the evaluator makes of them. */
#include "witness.h"

#include <stdlib.h>

void witness_free(struct witness *w) {
    if (w == NULL) {
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        valuation_free(w->states[i].before);
        valuation_free(w->states[i].result.after);
    }
    free((void *)(uintptr_t)w->differences); // NOLINT(clang-analyzer-unix.Malloc): never anything but malloc's
    free(w);
}

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
    return valuation_get(context, s, arguments, argument_count);
}

static int leaf_of(const symbol *symbols, size_t count, symbol s) {
    for (size_t i = 0; i < count; i++) {
        if (symbols[i] == s) {
            return (int)i;
        }
    }
    return -1;
}

static int leaf_named(const struct isa *isa, symbol s) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == s) {
            return (int)i;
        }
    }
    return -1;
}

/* The state of one side, by the isa's own symbols. */
static struct valuation *state_of(const struct query_context *q, const struct side *side, const struct side *second, const struct valuation *model) {
    struct valuation *state = valuation_new();
    const struct valuation_entry *entries = valuation_entries(model);
    bool good = state != NULL;
    for (size_t i = 0; good && i < valuation_size(model); i++) {
        const struct valuation_entry *e = &entries[i];
        int own = leaf_of(side->symbols, q->isa->leaf_count, e->symbol);
        term value = 0;
        if (own >= 0 && side->kind == SIDE_HARDWARE && is_mapped(q->profile, (unsigned)own, &value)) {
            continue; /* computed below */
        }
        if (own < 0 && (leaf_named(q->isa, e->symbol) >= 0 || leaf_of(second->symbols, q->isa->leaf_count, e->symbol) >= 0)) {
            continue; /* the other state's value of something that differs */
        }
        good = valuation_set(state, own >= 0 ? q->isa->leaves[own].symbol : e->symbol, e->arguments, e->argument_count, e->value);
    }
    for (size_t i = 0; good && side->kind == SIDE_HARDWARE && i < q->profile->mapping_count; i++) {
        word128 value = 0;
        struct valuation *values = (struct valuation *)(uintptr_t)model;
        good = term_evaluate(q->isa->pool, &q->profile->mappings[i].value, 1, look_up, values, &value) &&
               valuation_set(state, q->isa->leaves[q->profile->mappings[i].leaf].symbol, NULL, 0, value);
    }
    if (!good) {
        valuation_free(state);
        return NULL;
    }
    return state;
}

/* The value of a leaf's element after the step; elements that were not written keep what they were. */
static word128 element_after(const struct witness_state *s, symbol which, const struct valuation_entry *at) {
    const struct valuation_entry *entries = valuation_entries(s->result.after);
    for (size_t i = 0; i < valuation_size(s->result.after); i++) {
        if (entries[i].symbol == which && entries[i].argument_count == at->argument_count && entries[i].arguments[0] == at->arguments[0]) {
            return entries[i].value;
        }
    }
    return valuation_get(s->before, which, at->arguments, at->argument_count);
}

static bool written_differs(const struct witness_state *a, const struct witness_state *b, symbol which, const struct valuation *written) {
    const struct valuation_entry *entries = valuation_entries(written);
    for (size_t i = 0; i < valuation_size(written); i++) {
        if (entries[i].symbol == which && entries[i].argument_count == 1 &&
            element_after(a, which, &entries[i]) != element_after(b, which, &entries[i])) {
            return true;
        }
    }
    return false;
}

/* Literally, a trap is part of what the instruction does: it loads a new PSW. The map of the hole question has only the repaired reading. */
static word128 scalar_after(const struct query_context *q, const struct witness *w, unsigned state, unsigned leaf) {
    const struct witness_state *s = &w->states[state];
    const struct leaf *l = &q->isa->leaves[leaf];
    if (q->definition == DEFINITION_LITERAL && w->question != QUESTION_HOLE && s->result.outcome == STEP_TRAP && is_in_psw(l)) {
        return valuation_get(s->before, q->new_psw[leaf], NULL, 0);
    }
    return valuation_get(s->result.after, l->symbol, NULL, 0);
}

static bool leaf_kept(const struct query_context *q, const struct witness *w, unsigned state, unsigned leaf) {
    const struct witness_state *s = &w->states[state];
    symbol which = q->isa->leaves[leaf].symbol;
    if (q->isa->leaves[leaf].index_width == 0) {
        return valuation_get(s->before, which, NULL, 0) == scalar_after(q, w, state, leaf);
    }
    const struct valuation_entry *entries = valuation_entries(s->result.after);
    for (size_t i = 0; i < valuation_size(s->result.after); i++) {
        if (entries[i].symbol == which && entries[i].argument_count == 1 &&
            entries[i].value != valuation_get(s->before, which, entries[i].arguments, 1)) {
            return false;
        }
    }
    return true;
}

static bool leaf_differs(const struct query_context *q, const struct witness *w, unsigned leaf) {
    const struct witness_state *a = &w->states[0];
    const struct witness_state *b = &w->states[1];
    symbol which = q->isa->leaves[leaf].symbol;
    if (q->isa->leaves[leaf].index_width == 0) {
        return scalar_after(q, w, 0, leaf) != scalar_after(q, w, 1, leaf);
    }
    return written_differs(a, b, which, a->result.after) || written_differs(a, b, which, b->result.after);
}

static bool operand_differs(const struct semantics *semantics, const struct witness *w, size_t operand) {
    symbol which = semantics->operands[operand].symbol;
    return (semantics->operands[operand].direction & OPERAND_OUT) != 0 &&
           valuation_get(w->states[0].result.after, which, NULL, 0) != valuation_get(w->states[1].result.after, which, NULL, 0);
}

/* What the hardware should hold in a mapped leaf, given how the virtual machine stands after the step. */
static bool mapping_broken(const struct query_context *q, const struct witness *w, unsigned leaf, term value) {
    word128 wanted = 0;
    struct valuation *next = valuation_new();
    bool good = next != NULL;
    const struct valuation *sources[2] = {w->states[0].before, w->states[0].result.after};
    for (unsigned k = 0; good && k < 2; k++) { /* parameters from before, leaves from after */
        const struct valuation_entry *entries = valuation_entries(sources[k]);
        for (size_t i = 0; good && i < valuation_size(sources[k]); i++) {
            good = valuation_set(next, entries[i].symbol, entries[i].arguments, entries[i].argument_count, entries[i].value);
        }
    }
    good = good && term_evaluate(q->isa->pool, &value, 1, look_up, next, &wanted);
    valuation_free(next);
    return good && wanted != valuation_get(w->states[1].result.after, q->isa->leaves[leaf].symbol, NULL, 0);
}

static bool is_monitors(const struct query_context *q, unsigned leaf) { return q->sides[SIDE_HARDWARE].symbols[leaf] != q->isa->leaves[leaf].symbol; }

/* Whether this leaf is part of what makes the states a witness. */
static bool tells(const struct query_context *q, const struct witness *w, unsigned leaf) {
    const struct leaf *l = &q->isa->leaves[leaf];
    term value = 0;
    switch (w->question) {
    case QUESTION_USER_ESCAPES:
    case QUESTION_SUPERVISOR_RUNS:
        return false;
    case QUESTION_CONTROL:
    case QUESTION_USER_CONTROL:
        return is_owned(l) && !leaf_kept(q, w, 0, leaf);
    case QUESTION_HOLE:
        if (is_mapped(q->profile, leaf, &value)) {
            return mapping_broken(q, w, leaf, value);
        }
        if (is_monitors(q, leaf)) {
            return !leaf_kept(q, w, 0, leaf) || !leaf_kept(q, w, 1, leaf);
        }
        return leaf_differs(q, w, leaf);
    default:
        return is_visible(l) && leaf_differs(q, w, leaf);
    }
}

static bool find_differences(const struct query_context *q, const struct semantics *semantics, struct witness *w) {
    unsigned *list = malloc((q->isa->leaf_count + semantics->operand_count + 1) * sizeof *list);
    size_t count = 0;
    if (list == NULL) {
        return false;
    }
    for (unsigned i = 0; i < q->isa->leaf_count; i++) {
        if (tells(q, w, i)) {
            list[count++] = i;
        }
    }
    for (unsigned i = 0; w->state_count == 2 && i < semantics->operand_count; i++) {
        if (operand_differs(semantics, w, i)) {
            list[count++] = (unsigned)q->isa->leaf_count + i;
        }
    }
    w->differences = list;
    w->difference_count = count;
    return true;
}

static const char *role_of(enum question question, unsigned state, unsigned count) {
    if (count == 1) {
        return "state";
    }
    if (question == QUESTION_HOLE) {
        return state == 0 ? "virtual machine" : "on the hardware";
    }
    if (question == QUESTION_MODE) {
        return state == 0 ? "in supervisor mode" : "in user mode";
    }
    return state == 0 ? "first" : "second";
}

struct witness *witness_new(const struct query_context *q, const struct semantics *semantics, enum question question, const struct valuation *model) {
    struct witness *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return NULL;
    }
    enum side_kind second = question_side(question, q->definition);
    w->question = question;
    w->state_count = second == SIDE_FIRST ? 1 : 2;
    bool good = true;
    for (unsigned i = 0; good && i < w->state_count; i++) {
        w->states[i].role = role_of(question, i, w->state_count);
        w->states[i].before = state_of(q, &q->sides[i == 0 ? SIDE_FIRST : second], &q->sides[second], model);
        good = w->states[i].before != NULL && step(q->isa, semantics, w->states[i].before, &w->states[i].result);
    }
    if (!good || !find_differences(q, semantics, w)) {
        witness_free(w);
        return NULL;
    }
    return w;
}

/* --- replaying -------------------------------------------------------------------------------------------------------------------------------- */

static bool holds(const struct query_context *q, const struct valuation *state, term condition) {
    word128 value = 0;
    return term_evaluate(q->isa->pool, &condition, 1, look_up, (struct valuation *)(uintptr_t)state, &value) && value != 0;
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
            int leaf = leaf_named(q->isa, e->symbol);
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
        if (!term_evaluate(q->isa->pool, &m->value, 1, look_up, w->states[0].before, &wanted) ||
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
            if (is_owned(&q->isa->leaves[leaf]) && !leaf_kept(q, w, i, leaf)) {
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
    good = good && find_differences(q, semantics, &again);
    good = good && states_possible(q, mode, configuration, &again) && claim_holds(q, &again);
    for (unsigned i = 0; i < 2; i++) {
        valuation_free(again.states[i].result.after);
    }
    free((void *)(uintptr_t)again.differences);
    return good;
}
