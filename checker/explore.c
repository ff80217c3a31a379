/* Finds a state for every target: those of steps before, states beside them, and a search for what is left. */
#include "explorer.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const addresses[] = {"rsp", "rip", "rbp", "gdtr.base", "idtr.base", "ldtr.base", "tr.base"};

struct explorer *explorer_new(struct isa *isa, unsigned resource_limit) {
    struct explorer *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return NULL;
    }
    e->isa = isa;
    e->seed = UINT64_C(88172645463325252);
    e->variables = malloc((isa->leaf_count + 1) * sizeof *e->variables);
    for (size_t i = 0; e->variables != NULL && i < isa->leaf_count; i++) {
        e->variables[i] = isa->leaves[i].index_width == 0 ? term_apply(isa->pool, isa->leaves[i].symbol, NULL, 0) : TERM_NONE;
    }
    e->tame = term_true(isa->pool);
    e->fixed = term_true(isa->pool);
    for (size_t i = 0; e->variables != NULL && i < sizeof addresses / sizeof addresses[0]; i++) {
        int leaf = isa_find_leaf(isa, addresses[i]);
        if (leaf >= 0 && isa->leaves[leaf].width > 31) {
            term high = term_extract(isa->pool, isa->leaves[leaf].width - 1, 30, e->variables[leaf]);
            e->tame = term_and(isa->pool, e->tame, term_equal(isa->pool, high, term_constant(isa->pool, isa->leaves[leaf].width - 30, 0)));
        }
    }
    for (unsigned i = 0; e->variables != NULL && i < isa->leaf_count; i++) {
        if (is_assumed(isa->leaves[i].name)) {
            explorer_fix(e, i, 0);
        }
    }
    e->solver = solver_new(isa->pool, resource_limit);
    e->local_search = local_search_new(isa->pool);
    e->cone = cone_new(isa->pool);
    e->frame_cone = cone_new(isa->pool);
    if (e->local_search == NULL || e->frame_cone == NULL || e->variables == NULL || e->solver == NULL || e->cone == NULL) {
        explorer_free(e);
        return NULL;
    }
    return e;
}

void explorer_fix(struct explorer *e, unsigned leaf, word128 value) {
    struct term_pool *p = e->isa->pool;
    term equal = term_equal(p, e->variables[leaf], term_constant(p, e->isa->leaves[leaf].width, value));
    e->fixed = term_and(p, e->fixed, equal);
    for (unsigned i = 0; i < EXPLORER_MODES; i++) {
        substitution_free(e->settled[i]);
        valuation_free(e->frames[i]);
        e->settled[i] = NULL;
        e->frames[i] = NULL;
        e->framed[i] = false;
    }
}

void explorer_free(struct explorer *e) {
    if (e != NULL) {
        for (unsigned i = 0; i < EXPLORER_RECALLED; i++) {
            valuation_free(e->recalled[i]);
        }
        for (unsigned i = 0; i < EXPLORER_MODES; i++) {
            substitution_free(e->settled[i]);
            valuation_free(e->frames[i]);
        }
        solver_free(e->solver);
        local_search_free(e->local_search);
        cone_free(e->cone);
        cone_free(e->frame_cone);
        free(e->variables);
        free(e->roots);
        free(e->replaced);
        free(e->turned);
        free(e);
    }
}

bool find_mode_state(struct explorer *e, unsigned mode, struct valuation **state) {
    enum answer answer = ANSWER_NO;
    struct term_pool *p = e->isa->pool;
    term base = term_and(p, term_and(p, e->isa->well_formed, e->isa->modes[mode].condition), e->fixed);
    *state = NULL;
    e->asked++;
    return solver_ask(e->solver, term_and(p, base, e->tame), 1, &answer, state);
}

/* The same for each step of a mode; NULL when there is none. */
static bool find_frame_state(struct explorer *e, unsigned mode) {
    bool good = e->framed[mode] || find_mode_state(e, mode, &e->frames[mode]);
    e->framed[mode] = good;
    return good;
}

bool explore(struct explorer *e, const struct semantics *m, unsigned mode, const struct targets *seeds, struct targets *t) {
    bool good = list_targets(e, m, mode, t) && find_frame_state(e, mode) && explorer_try_known(e, t, seeds, e->frames[mode]) &&
                explorer_try_neighbours(e, t) && explorer_search(e, t, false) && explorer_try_neighbours(e, t) && explorer_search(e, t, true) &&
                explorer_remember(e, t);
    if (!good) {
        targets_free(t);
    }
    return good;
}
