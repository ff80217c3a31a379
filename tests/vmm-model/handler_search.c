/* Asks the solver for the states that a comparison of handlers should not miss. */
#include "handler_search.h"

#include "../../classifier/solver.h"
#include "../../isa-model/grow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOURCES 20000000u
/* Where so many optional queries of a handler are too hard, the rest of them are, too. */
#define HARD_QUERIES 2u

struct search {
    size_t most; /* terms of one handler */
    struct isa *isa;
    struct solver *solver;
    struct found_states *found;
    size_t capacity;
    bool failed;
    unsigned hard; /* of this handler, optional ones that were not decided */
};

/* `optional`: that nobody answers it is no failure. */
static void ask_for(struct search *s, size_t handler, term query, bool optional) {
    enum answer answer = ANSWER_NO;
    struct found_state f = {handler, NULL};
    if (optional && s->hard == HARD_QUERIES) {
        return;
    }
    s->found->asked++;
    if (!solver_ask(s->solver, query, 1, &answer, &f.before)) {
        s->failed = true;
        return;
    }
    s->found->undecided += answer == ANSWER_UNDECIDED && !optional ? 1 : 0;
    s->hard += answer == ANSWER_UNDECIDED && optional ? 1 : 0;
    if (answer != ANSWER_YES) {
        return;
    }
    struct found_state *more = array_grow(s->found->states, s->found->count, &s->capacity, sizeof *more);
    if (more == NULL) {
        valuation_free(f.before);
        s->failed = true;
        return;
    }
    s->found->states = more;
    s->found->states[s->found->count++] = f;
}

static void ask(struct search *s, size_t handler, term query) { ask_for(s, handler, query, false); }

/* A state in which this check fails and no other one would: the check is one of the two parts of its condition, the other says that those before it
 * have passed. */
static void ask_alone(struct search *s, size_t handler, term states, term condition, term trap) {
    struct term_pool *pool = s->isa->pool;
    for (unsigned i = 0; i < 2; i++) {
        struct term_view v = term_look(pool, condition);
        term check = v.operation == TERM_AND ? v.arguments[i] : condition;
        if (v.operation != TERM_AND && i > 0) {
            return;
        }
        struct substitution *passed = substitution_new(pool);
        if (passed == NULL) {
            s->failed = true;
            return;
        }
        substitution_put(passed, check, term_false(pool));
        term others = substitute(passed, trap);
        substitution_free(passed);
        ask_for(s, handler, term_and(pool, term_and(pool, states, condition), term_not(pool, others)), true);
    }
}

/* The states that handlers are defined for. */
static term defined_states(const struct isa *isa, unsigned profile, unsigned mode) {
    const struct profile *p = profile_in(isa, profile, mode);
    term states = term_and(isa->pool, isa->well_formed, isa->modes[mode].condition);
    for (size_t i = 0; i < p->assumption_count; i++) {
        states = term_and(isa->pool, states, p->assumptions[i].condition);
    }
    return states;
}

static bool is_comparison(const struct term_pool *pool, const unsigned char *marks, term t) {
    return marks[t] != 0 && (term_look(pool, t).operation == TERM_EQUAL || term_look(pool, t).operation == TERM_LESS);
}

static void ask_comparisons(struct search *s, size_t handler, term states, const unsigned char *marks, term count, bool optional) {
    struct term_pool *pool = s->isa->pool;
    for (term t = 0; t < count; t++) {
        if (!is_comparison(pool, marks, t)) {
            continue;
        }
        struct term_view v = term_look(pool, t);
        term a = v.arguments[0];
        term b = v.arguments[1];
        bool less = v.operation == TERM_LESS;
        term one = term_constant(pool, term_width(pool, a), 1);
        ask_for(s, handler, term_and(pool, states, less ? term_equal(pool, a, b) : t), optional);
        ask_for(s, handler, term_and(pool, states, term_equal(pool, term_binary(pool, TERM_ADD, a, one), b)), optional);
        ask_for(s, handler, term_and(pool, states, less ? term_less(pool, b, a) : term_not(pool, t)), optional);
    }
}

static void search_handler(struct search *s, size_t handler, unsigned profile) {
    const struct handler *h = &x86_handlers.handlers[handler];
    struct isa *isa = s->isa;
    const struct semantics *m = isa->forms[h->form].semantics[h->mode_number];
    term states = defined_states(isa, profile, h->mode_number);
    term count = (term)term_pool_size(isa->pool);
    unsigned char *marks = calloc(count, 1);
    if (marks == NULL) {
        s->failed = true;
        return;
    }
    term_mark(isa->pool, m->trap, marks);
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (m->next[i] != TERM_NONE) {
            term_mark(isa->pool, m->next[i], marks);
        }
    }
    size_t terms = 0;
    for (term t = 0; t < count; t++) {
        terms += marks[t] != 0 ? 1 : 0;
    }
    if (terms > s->most) {
        s->found->left_out++;
        free(marks);
        return;
    }
    s->hard = 0;
    for (size_t i = 0; i < m->point_count; i++) {
        ask(s, handler, term_and(isa->pool, states, m->points[i].condition));
        ask_alone(s, handler, states, m->points[i].condition, m->trap);
    }
    term done = term_and(isa->pool, states, term_not(isa->pool, m->trap));
    ask(s, handler, done);
    ask_comparisons(s, handler, states, marks, count, false);
    ask_comparisons(s, handler, done, marks, count, true);
    free(marks);
}

struct found_states *find_states(struct isa *isa, const char *only, size_t most) {
    int profile = isa_find_profile(isa, "virtual_processor");
    struct search s = {most, isa, solver_new(isa->pool, RESOURCES), calloc(1, sizeof(struct found_states)), 0, false, 0};
    s.failed = profile < 0 || s.solver == NULL || s.found == NULL;
    for (size_t i = 0; !s.failed && i < x86_handlers.handler_count; i++) {
        if (only == NULL || strcmp(only, x86_handlers.handlers[i].name) == 0) {
            search_handler(&s, i, (unsigned)profile);
        }
    }
    solver_free(s.solver);
    if (s.failed) {
        found_states_free(s.found);
        return NULL;
    }
    return s.found;
}

void found_states_free(struct found_states *f) {
    for (size_t i = 0; f != NULL && i < f->count; i++) {
        valuation_free(f->states[i].before);
    }
    if (f != NULL) {
        free(f->states);
    }
    free(f);
}

bool play_found_state(struct handled *h, const struct found_state *f, char *difference, size_t size) {
    if (!handled_choose(h, f->handler)) {
        (void)snprintf(difference, size, "no such step");
        return false;
    }
    handled_take(h, f->before);
    return handled_agree(h, difference, size);
}
