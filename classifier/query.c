/* Builds the questions of docs/definitions.md as single terms. */
#include "query_runs.h"

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

/* That the program counter differs: of what can differ, the least to look at. */
static term counter_differs(const struct run *a, const struct run *b) {
    term differ = term_false(a->q->isa->pool);
    for (unsigned i = 0; i < a->q->isa->leaf_count; i++) {
        if (a->q->isa->leaves[i].class == CLASS_COUNTER) {
            differ = term_or(a->q->isa->pool, differ, leaf_differs(a, b, i));
        }
    }
    return differ;
}

static term build_pair(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration,
                       bool narrow) {
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
    query = term_and(p, query, narrow ? counter_differs(&a, &b) : visible_differs(&a, &b));
    query = with_elements(&a, query);
    return query == TERM_NONE ? TERM_NONE : with_elements(&b, query);
}

/* The first of the two states alone, with all that the question asks of it but that the other one differs. */
term query_build_alone(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration) {
    struct term_pool *p = q->isa->pool;
    struct run a = start(q, SIDE_FIRST, semantics);
    term query = bare(&a, mode, configuration);
    query = term_and(p, query, question == QUESTION_MODE ? is_supervisor(&a) : question == QUESTION_USER_LOCATION ? is_user(&a) : either_mode(&a));
    query = term_and(p, query, term_and(p, completes(&a), owned_kept(&a)));
    return with_elements(&a, query);
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

static term build_hole(struct query_context *q, const struct semantics *semantics, unsigned mode, unsigned configuration, bool narrow) {
    struct term_pool *p = q->isa->pool;
    struct run virtual = start(q, SIDE_FIRST, semantics);
    struct run hardware = start(q, SIDE_HARDWARE, semantics);
    virtual.literal = false;
    hardware.literal = false;
    term query = term_and(p, possible(&virtual, mode), possible(&hardware, mode));
    query = term_and(p, query, term_and(p, either_mode(&virtual), is_user(&hardware)));
    query = term_and(p, query, term_and(p, guarantees(&hardware), configured(&hardware, configuration)));
    query = term_and(p, query, term_and(p, q->profile->where, neither(p, hardware.trap, hardware.memory_trap)));
    term wrong = narrow ? term_false(p) : stale_or_wrong(q, &virtual, &hardware);
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

static term build(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration,
                  bool narrow) {
    if (question == QUESTION_HOLE) {
        return build_hole(q, semantics, mode, configuration, narrow);
    }
    if (question == QUESTION_USER_ESCAPES && q->definition == DEFINITION_LITERAL) {
        return build_privileged_literal(q, semantics, mode, configuration);
    }
    if (question_side(question, q->definition) == SIDE_FIRST) {
        return build_single(q, semantics, mode, question, configuration);
    }
    return build_pair(q, semantics, mode, question, configuration, narrow);
}

term query_build(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration) {
    return build(q, semantics, mode, question, configuration, false);
}

term query_build_narrow(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration) {
    return build(q, semantics, mode, question, configuration, true);
}
