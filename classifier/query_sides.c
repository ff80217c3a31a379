/* The states that a question is about: how the second differs from the first, by symbols. */
#include "query_runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_owned(const struct leaf *leaf) {
    return leaf->class == CLASS_MODE || leaf->class == CLASS_RESOURCE || leaf->class == CLASS_CLOCK || leaf->class == CLASS_IDENTITY;
}

bool is_visible(const struct leaf *leaf) { return leaf->class == CLASS_STORAGE || leaf->class == CLASS_COUNTER || leaf->class == CLASS_MEMORY; }

bool is_in_psw(const struct leaf *leaf) {
    return leaf->index_width == 0 && (leaf->class == CLASS_MODE || leaf->class == CLASS_RESOURCE || leaf->class == CLASS_COUNTER);
}

/* A symbol of our own that belongs to a leaf. No name of the language has an apostrophe, so it is never one of the isa's. */
static bool own_symbol(struct term_pool *p, const struct leaf *leaf, const char *suffix, unsigned width, unsigned index_width, symbol *result) {
    char *name = NULL;
    if (asprintf(&name, "%s'%s", leaf->name, suffix) < 0) {
        return false;
    }
    *result = term_symbol(p, name, width, &index_width, index_width == 0 ? 0 : 1);
    free(name);
    return true;
}

bool is_mapped(const struct profile *profile, unsigned leaf, term *value) {
    for (size_t i = 0; i < profile->mapping_count; i++) {
        if (profile->mappings[i].leaf == leaf) {
            *value = profile->mappings[i].value;
            return true;
        }
    }
    return false;
}

bool is_free_bit(const struct profile *profile, unsigned leaf) {
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        if (profile->free_bits[i].leaf == leaf) {
            return true;
        }
    }
    return false;
}

/* On the hardware, the monitor holds the mode, what is shadowed, and its own configuration. */
bool is_monitors(const struct query_context *q, unsigned leaf) {
    return q->isa->leaves[leaf].class == CLASS_MODE || q->profile->shadowed[leaf] || is_free_bit(q->profile, leaf);
}

/* A part of the mode that the profile maps to itself belongs to the program: the question of modes is not about it. */
static bool is_own_mode(const struct query_context *q, unsigned leaf) {
    term value = 0;
    return is_mapped(q->profile, leaf, &value) && value == term_apply(q->isa->pool, q->isa->leaves[leaf].symbol, NULL, 0);
}

static bool differs_on(const struct query_context *q, enum side_kind kind, unsigned leaf) {
    enum state_class class = q->isa->leaves[leaf].class;
    switch (kind) {
    case SIDE_RELOCATED:
        return q->profile->relocated[leaf];
    case SIDE_OTHER_MODE:
        return class == CLASS_MODE && !is_own_mode(q, leaf);
    case SIDE_OTHER_CLOCK:
        return class == CLASS_CLOCK;
    case SIDE_OTHER_IDENTITY:
        return class == CLASS_IDENTITY;
    case SIDE_HARDWARE:
        return is_monitors(q, leaf);
    default:
        return false;
    }
}

term on(const struct side *side, term t) { return side->substitution == NULL ? t : substitute(side->substitution, t); }

static bool open_side(struct query_context *q, struct side *side, enum side_kind kind) {
    const struct isa *isa = q->isa;
    side->kind = kind;
    side->symbols = malloc((isa->leaf_count + 1) * sizeof *side->symbols);
    side->terms = malloc((isa->leaf_count + 1) * sizeof *side->terms);
    side->substitution = kind == SIDE_FIRST ? NULL : substitution_new(isa->pool);
    if (side->symbols == NULL || side->terms == NULL || (kind != SIDE_FIRST && side->substitution == NULL)) {
        return false;
    }
    for (unsigned i = 0; i < isa->leaf_count; i++) {
        const struct leaf *leaf = &isa->leaves[i];
        term value = 0;
        side->symbols[i] = leaf->symbol;
        if (kind == SIDE_HARDWARE && is_mapped(q->profile, i, &value)) {
            substitution_replace(side->substitution, leaf->symbol, value);
        } else if (differs_on(q, kind, i)) {
            static const char *const suffixes[SIDE_COUNT] = {"", "relocated", "other-mode", "other-clock", "other-identity", "hardware"};
            if (!own_symbol(isa->pool, leaf, suffixes[kind], leaf->width, leaf->index_width, &side->symbols[i])) {
                return false;
            }
            substitution_rename(side->substitution, leaf->symbol, side->symbols[i]);
        }
    }
    for (unsigned i = 0; i < isa->leaf_count; i++) {
        side->terms[i] = isa->leaves[i].index_width != 0 ? TERM_NONE : on(side, q->leaf_terms[i]);
    }
    return true;
}

static bool open_symbols(struct query_context *q) {
    const struct isa *isa = q->isa;
    q->indices = malloc((isa->leaf_count + 1) * sizeof *q->indices);
    q->new_psw = malloc((isa->leaf_count + 1) * sizeof *q->new_psw);
    q->leaf_terms = malloc((isa->leaf_count + 1) * sizeof *q->leaf_terms);
    bool good = q->indices != NULL && q->new_psw != NULL && q->leaf_terms != NULL;
    for (size_t i = 0; good && i < isa->leaf_count; i++) {
        const struct leaf *leaf = &isa->leaves[i];
        bool array = leaf->index_width != 0;
        q->leaf_terms[i] = array ? TERM_NONE : term_apply(isa->pool, leaf->symbol, NULL, 0);
        q->indices[i] = q->new_psw[i] = leaf->symbol; /* not used of the other kind */
        good =
            own_symbol(isa->pool, leaf, array ? "index" : "psw", array ? leaf->index_width : leaf->width, 0, array ? &q->indices[i] : &q->new_psw[i]);
    }
    return good;
}

void query_context_mode(struct query_context *q, unsigned mode) { q->profile = profile_in(q->isa, q->profile_number, mode); }

bool query_context_open(struct query_context *q, const struct isa *isa, unsigned profile, enum definition definition) {
    memset(q, 0, sizeof *q);
    q->isa = isa;
    q->profile_number = profile;
    query_context_mode(q, 0);
    q->definition = definition;
    bool good = open_symbols(q);
    for (int kind = 0; kind < SIDE_COUNT; kind++) {
        if (!good || !open_side(q, &q->sides[kind], (enum side_kind)kind)) {
            query_context_close(q);
            return false;
        }
    }
    return true;
}

void query_context_close(struct query_context *q) {
    for (int kind = 0; kind < SIDE_COUNT; kind++) {
        free(q->sides[kind].symbols);
        free(q->sides[kind].terms);
        substitution_free(q->sides[kind].substitution);
    }
    free(q->indices);
    free(q->new_psw);
    free(q->leaf_terms);
    memset(q, 0, sizeof *q);
}

size_t query_frame(const struct query_context *q, struct cone *cone, unsigned mode, enum question question, symbol *symbols, size_t most) {
    size_t count = 0;
    term states[2] = {q->isa->modes[mode].states, on(&q->sides[question_side(question, q->definition)], q->isa->modes[mode].states)};
    if (cone_collect(cone, states, 2)) {
        for (size_t i = 0; i < cone_size(cone) && count < most; i++) {
            struct term_view v = term_look(q->isa->pool, cone_terms(cone)[i]);
            if (v.operation == TERM_APPLY && v.argument_count == 0) {
                symbols[count++] = v.symbol;
            }
        }
    }
    return count;
}

struct valuation *query_twin(const struct query_context *q, enum question question, const struct valuation *first) {
    const struct side *side = &q->sides[question_side(question, q->definition)];
    const struct valuation_entry *entries = valuation_entries(first);
    struct valuation *both = valuation_new();
    bool good = both != NULL;
    for (size_t i = 0; good && i < valuation_size(first); i++) {
        good = valuation_set(both, entries[i].symbol, entries[i].arguments, entries[i].argument_count, entries[i].value);
        for (unsigned leaf = 0; good && leaf < q->isa->leaf_count; leaf++) {
            if (q->isa->leaves[leaf].symbol == entries[i].symbol && side->symbols[leaf] != entries[i].symbol) {
                good = valuation_set(both, side->symbols[leaf], entries[i].arguments, entries[i].argument_count, entries[i].value);
            }
        }
    }
    if (!good) {
        valuation_free(both);
        return NULL;
    }
    return both;
}
