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

word128 witness_look_up(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
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

int witness_leaf_named(const struct isa *isa, symbol s) {
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
        if (own < 0 && (witness_leaf_named(q->isa, e->symbol) >= 0 || leaf_of(second->symbols, q->isa->leaf_count, e->symbol) >= 0)) {
            continue; /* the other state's value of something that differs */
        }
        good = valuation_set(state, own >= 0 ? q->isa->leaves[own].symbol : e->symbol, e->arguments, e->argument_count, e->value);
    }
    for (size_t i = 0; good && side->kind == SIDE_HARDWARE && i < q->profile->mapping_count; i++) {
        word128 value = 0;
        struct valuation *values = (struct valuation *)(uintptr_t)model;
        good = term_evaluate(q->isa->pool, &q->profile->mappings[i].value, 1, witness_look_up, values, &value) &&
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

bool witness_leaf_kept(const struct query_context *q, const struct witness *w, unsigned state, unsigned leaf) {
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
    good = good && term_evaluate(q->isa->pool, &value, 1, witness_look_up, next, &wanted);
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
        return is_owned(l) && !witness_leaf_kept(q, w, 0, leaf);
    case QUESTION_HOLE:
        if (is_mapped(q->profile, leaf, &value)) {
            return mapping_broken(q, w, leaf, value);
        }
        if (is_monitors(q, leaf)) {
            return !witness_leaf_kept(q, w, 0, leaf) || !witness_leaf_kept(q, w, 1, leaf);
        }
        return leaf_differs(q, w, leaf);
    default:
        return is_visible(l) && leaf_differs(q, w, leaf);
    }
}

bool witness_find_differences(const struct query_context *q, const struct semantics *semantics, struct witness *w) {
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
    if (!good || !witness_find_differences(q, semantics, w)) {
        witness_free(w);
        return NULL;
    }
    return w;
}
