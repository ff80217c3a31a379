/* Builds the questions of docs/definitions.md as single terms. */
#include "query.h"

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
static bool is_monitors(const struct query_context *q, unsigned leaf) {
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

static term on(const struct side *side, term t) { return side->substitution == NULL ? t : substitute(side->substitution, t); }

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

/* --- one state and one step from it ---------------------------------------------------------------------------------------------------------- */

struct run {
    const struct query_context *q;
    const struct side *side;
    const struct semantics *semantics;
    term trap, memory_trap;
    bool literal; /* a trap loads a new PSW */
};

static struct run start(const struct query_context *q, enum side_kind kind, const struct semantics *semantics) {
    const struct side *side = &q->sides[kind];
    return (struct run){q, side, semantics, on(side, semantics->trap), on(side, semantics->memory_trap), q->definition == DEFINITION_LITERAL};
}

static term before(const struct run *r, unsigned leaf) { return r->side->terms[leaf]; }

/* Plainly kept: the form does not touch the leaf at all. */
static bool is_untouched(const struct run *r, unsigned leaf) { return r->semantics->next[leaf] == r->q->leaf_terms[leaf]; }

/* Literally, a trap is part of what the instruction does: M, R and P come from the new PSW, which is the same in both runs. */
static term after(const struct run *r, unsigned leaf) {
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
static term leaf_kept(const struct run *r, unsigned leaf) {
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

static term owned_kept(const struct run *r) {
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
static term leaf_differs(const struct run *a, const struct run *b, unsigned leaf) {
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

static term operands_differ(const struct run *a, const struct run *b) {
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

static term visible_differs(const struct run *a, const struct run *b) {
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

static term is_user(const struct run *r) { return on(r->side, r->q->profile->user); }

static term is_supervisor(const struct run *r) { return on(r->side, r->q->profile->supervisor); }

static term guarantees(const struct run *r) {
    term all = term_true(r->q->isa->pool);
    for (size_t i = 0; i < r->q->profile->assumption_count; i++) {
        all = term_and(r->q->isa->pool, all, on(r->side, r->q->profile->assumptions[i].condition));
    }
    return all;
}

static term configured(const struct run *r, unsigned configuration) {
    struct term_pool *p = r->q->isa->pool;
    term all = term_true(p);
    for (size_t i = 0; i < r->q->profile->free_bit_count; i++) {
        term bit = term_constant(p, 1, (configuration >> i) & 1u);
        all = term_and(p, all, term_equal(p, before(r, r->q->profile->free_bits[i].leaf), bit));
    }
    return all;
}

/* A state that can be: well formed, in the operating mode; and in a user state the monitor's guarantees hold. */
static term possible(const struct run *r, unsigned mode) {
    struct term_pool *p = r->q->isa->pool;
    return term_and(p, on(r->side, r->q->isa->well_formed), on(r->side, r->q->isa->modes[mode].states));
}

static term bare(const struct run *r, unsigned mode, unsigned configuration) {
    struct term_pool *p = r->q->isa->pool;
    term assumed = term_or(p, term_not(p, is_user(r)), guarantees(r));
    return term_and(p, term_and(p, possible(r, mode), configured(r, configuration)), assumed);
}

static term either_mode(const struct run *r) { return term_or(r->q->isa->pool, is_user(r), is_supervisor(r)); }

static term neither(struct term_pool *p, term a, term b) { return term_and(p, term_not(p, a), term_not(p, b)); }

/* The runs that the definition looks at: repaired, those that do not trap at all; literal, those without a memory trap. */
static term completes(const struct run *r) {
    struct term_pool *p = r->q->isa->pool;
    return r->literal ? term_not(p, r->memory_trap) : neither(p, r->trap, r->memory_trap);
}

/* Assumptions about every element that a user state's run reads, for the elements that occur in the query. */
static term with_elements(const struct run *r, term query) {
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

/* --- the questions ---------------------------------------------------------------------------------------------------------------------------- */

static term build_privileged_literal(struct query_context *q, const struct semantics *semantics, unsigned mode, unsigned configuration) {
    struct term_pool *p = q->isa->pool;
    struct run first = start(q, SIDE_FIRST, semantics);
    struct run second = start(q, SIDE_OTHER_MODE, semantics);
    term states = term_and(p, bare(&first, mode, configuration), bare(&second, mode, configuration));
    states = term_and(p, states, term_and(p, is_supervisor(&first), is_user(&second)));
    states = term_and(p, states, neither(p, first.memory_trap, second.memory_trap));
    term behaves = term_and(p, second.trap, term_not(p, first.trap));
    return with_elements(&second, term_and(p, states, term_not(p, behaves)));
}

static term build_single(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration) {
    struct term_pool *p = q->isa->pool;
    struct run r = start(q, SIDE_FIRST, semantics);
    term query = bare(&r, mode, configuration);
    term changes = term_not(p, owned_kept(&r));
    switch (question) {
    case QUESTION_USER_ESCAPES:
        query = term_and(p, query, term_and(p, is_user(&r), neither(p, r.trap, r.memory_trap)));
        break;
    case QUESTION_SUPERVISOR_RUNS:
        query = term_and(p, query, term_and(p, is_supervisor(&r), neither(p, r.trap, r.memory_trap)));
        break;
    default:
        /* Literally, a trap changes M and R whenever the new PSW has others. */
        query = term_and(p, query, question == QUESTION_USER_CONTROL ? is_user(&r) : either_mode(&r));
        query = term_and(p, query, term_and(p, completes(&r), changes));
        break;
    }
    return with_elements(&r, query);
}

static term build_pair(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration) {
    struct term_pool *p = q->isa->pool;
    struct run a = start(q, SIDE_FIRST, semantics);
    struct run b = start(q, question_side(question, q->definition), semantics);
    term query = term_and(p, bare(&a, mode, configuration), bare(&b, mode, configuration));
    if (question == QUESTION_MODE) {
        query = term_and(p, query, term_and(p, is_supervisor(&a), is_user(&b)));
    } else if (question == QUESTION_USER_LOCATION) {
        query = term_and(p, query, term_and(p, is_user(&a), is_user(&b)));
    } else {
        query = term_and(p, query, term_and(p, either_mode(&a), either_mode(&b)));
    }
    query = term_and(p, query, term_and(p, completes(&a), completes(&b)));
    query = term_and(p, query, term_and(p, owned_kept(&a), owned_kept(&b)));
    query = term_and(p, query, visible_differs(&a, &b));
    query = with_elements(&a, query);
    return query == TERM_NONE ? TERM_NONE : with_elements(&b, query);
}

/* What the hardware holds after the step is what the monitor's map makes of the virtual state after it. */
static term stale_or_wrong(struct query_context *q, const struct run *virtual, const struct run *hardware) {
    struct term_pool *p = q->isa->pool;
    term wrong = operands_differ(virtual, hardware);
    struct substitution *next = substitution_new(p);
    if (next == NULL) {
        return TERM_NONE;
    }
    for (unsigned i = 0; i < q->isa->leaf_count && q->profile->mapping_count > 0; i++) {
        if (q->isa->leaves[i].index_width == 0 && !is_untouched(virtual, i)) {
            substitution_replace(next, q->isa->leaves[i].symbol, virtual->semantics->next[i]);
        }
    }
    for (unsigned i = 0; i < q->isa->leaf_count; i++) {
        term value = 0;
        term bad = 0;
        if (is_mapped(q->profile, i, &value)) {
            bad = term_not(p, term_equal(p, substitute(next, value), after(hardware, i)));
        } else if (is_monitors(q, i)) {
            bad = term_not(p, term_and(p, leaf_kept(virtual, i), leaf_kept(hardware, i)));
        } else {
            bad = leaf_differs(virtual, hardware, i);
        }
        wrong = term_or(p, wrong, bad);
    }
    substitution_free(next);
    return wrong;
}

static term build_hole(struct query_context *q, const struct semantics *semantics, unsigned mode, unsigned configuration) {
    struct term_pool *p = q->isa->pool;
    struct run virtual = start(q, SIDE_FIRST, semantics);
    struct run hardware = start(q, SIDE_HARDWARE, semantics);
    virtual.literal = false;
    hardware.literal = false;
    term query = term_and(p, possible(&virtual, mode), possible(&hardware, mode));
    query = term_and(p, query, term_and(p, either_mode(&virtual), is_user(&hardware)));
    query = term_and(p, query, term_and(p, guarantees(&hardware), configured(&hardware, configuration)));
    query = term_and(p, query, term_and(p, q->profile->where, neither(p, hardware.trap, hardware.memory_trap)));
    term wrong = stale_or_wrong(q, &virtual, &hardware);
    if (wrong == TERM_NONE) {
        return TERM_NONE;
    }
    wrong = term_or(p, wrong, term_or(p, virtual.trap, virtual.memory_trap));
    return with_elements(&hardware, term_and(p, query, wrong));
}

term query_build_host(struct query_context *q, unsigned mode, unsigned configuration) {
    struct term_pool *p = q->isa->pool;
    struct run hardware = {.q = q, .side = &q->sides[SIDE_FIRST]};
    return term_and(p, bare(&hardware, mode, configuration), is_user(&hardware));
}

enum side_kind question_side(enum question question, enum definition definition) {
    switch (question) {
    case QUESTION_USER_ESCAPES:
        return definition == DEFINITION_LITERAL ? SIDE_OTHER_MODE : SIDE_FIRST;
    case QUESTION_LOCATION:
    case QUESTION_USER_LOCATION:
        return SIDE_RELOCATED;
    case QUESTION_MODE:
        return SIDE_OTHER_MODE;
    case QUESTION_TIMING:
        return SIDE_OTHER_CLOCK;
    case QUESTION_IDENTITY:
        return SIDE_OTHER_IDENTITY;
    case QUESTION_HOLE:
        return SIDE_HARDWARE;
    default:
        return SIDE_FIRST;
    }
}

term query_build(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration) {
    if (question == QUESTION_HOLE) {
        return build_hole(q, semantics, mode, configuration);
    }
    if (question == QUESTION_USER_ESCAPES && q->definition == DEFINITION_LITERAL) {
        return build_privileged_literal(q, semantics, mode, configuration);
    }
    if (question_side(question, q->definition) == SIDE_FIRST) {
        return build_single(q, semantics, mode, question, configuration);
    }
    return build_pair(q, semantics, mode, question, configuration);
}
