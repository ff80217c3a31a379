/* Finds a state for every target: those of steps before, states beside them, and the solver, which alone says that there is none. */
#include "explorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USELESS 60u /* neighbours in a row that exercise nothing new */

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
    for (unsigned i = 0; i < EXPLORER_BRANCHES; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "checker flip %u", i);
        e->flips[i] = term_symbol(isa->pool, name, 1, NULL, 0);
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
    e->cone = cone_new(isa->pool);
    e->frame_cone = cone_new(isa->pool);
    if (e->frame_cone == NULL || e->variables == NULL || e->solver == NULL || e->cone == NULL) {
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
        e->settled[i] = NULL;
    }
}

void explorer_free(struct explorer *e) {
    if (e != NULL) {
        for (unsigned i = 0; i < EXPLORER_RECALLED; i++) {
            valuation_free(e->recalled[i]);
        }
        for (unsigned i = 0; i < EXPLORER_MODES; i++) {
            substitution_free(e->settled[i]);
        }
        solver_free(e->solver);
        cone_free(e->cone);
        cone_free(e->frame_cone);
        free(e->variables);
        free(e->roots);
        free(e->replaced);
        free(e);
    }
}

/* ---- states ------------------------------------------------------------------------------------------------------------------------------------ */

static struct valuation *copy_of(const struct valuation *v) {
    struct valuation *copy = valuation_new();
    bool good = copy != NULL;
    for (size_t i = 0; good && i < valuation_size(v); i++) {
        const struct valuation_entry *x = &valuation_entries(v)[i];
        good = valuation_set(copy, x->symbol, x->arguments, x->argument_count, x->value);
    }
    if (!good) {
        valuation_free(copy);
        return NULL;
    }
    return copy;
}

/* Keeps the state if it exercises something that is open. Takes it over. */
static bool try_state(struct explorer *e, struct targets *t, struct valuation *state, bool *useful) {
    bool *covered = malloc((t->count + 1) * sizeof *covered);
    bool good = covered != NULL && mark_covered(e, state, t, covered);
    *useful = false;
    for (size_t i = 0; good && i < t->count; i++) {
        if (covered[i] && t->items[i].status != TARGET_COVERED) {
            t->items[i].status = TARGET_COVERED;
            t->items[i].state = (unsigned)t->state_count;
            *useful = true;
        }
    }
    free(covered);
    if (good && *useful && t->state_count == t->state_capacity) {
        size_t capacity = t->state_capacity == 0 ? 16 : 2 * t->state_capacity;
        struct valuation **states = realloc(t->states, capacity * sizeof *states);
        good = states != NULL;
        t->states = good ? states : t->states;
        t->state_capacity = good ? capacity : t->state_capacity;
    }
    if (good && *useful) {
        t->states[t->state_count++] = state;
    } else {
        valuation_free(state);
    }
    return good;
}

static bool remember(struct explorer *e, const struct targets *t) {
    bool good = true;
    for (size_t i = 0; good && i < t->state_count; i++) {
        struct valuation *copy = copy_of(t->states[i]);
        good = copy != NULL;
        struct valuation **place = &e->recalled[e->recalled_count++ % EXPLORER_RECALLED];
        valuation_free(*place);
        *place = copy;
    }
    return good;
}

/* The variables of the mode's condition. */
static bool find_frame(struct explorer *e) {
    if (!cone_collect(e->frame_cone, &e->base, 1)) {
        return false;
    }
    e->frame_count = 0;
    for (size_t i = 0; i < cone_size(e->frame_cone) && e->frame_count < EXPLORER_FRAME; i++) {
        struct term_view v = term_look(e->isa->pool, cone_terms(e->frame_cone)[i]);
        if (v.operation == TERM_APPLY && v.argument_count == 0) {
            e->frame[e->frame_count++] = v.symbol;
        }
    }
    return true;
}

static bool try_copy(struct explorer *e, struct targets *t, const struct valuation *state, const struct valuation *frame, bool *useful) {
    struct valuation *copy = copy_of(state);
    bool good = copy != NULL;
    for (unsigned i = 0; good && frame != NULL && i < e->frame_count; i++) {
        good = valuation_set(copy, e->frame[i], NULL, 0, valuation_get(frame, e->frame[i], NULL, 0));
    }
    if (!good) {
        valuation_free(copy);
        return false;
    }
    return try_state(e, t, copy, useful);
}

/* The states of earlier steps, put into this mode. */
static bool try_recalled(struct explorer *e, struct targets *t, const struct valuation *frame) {
    bool good = true;
    bool useful = false;
    for (unsigned i = 0; good && i < EXPLORER_RECALLED; i++) {
        if (e->recalled[i] != NULL) {
            good = try_copy(e, t, e->recalled[i], frame, &useful);
        }
    }
    return good;
}

static uint64_t next_random(struct explorer *e) {
    e->seed ^= e->seed << 13;
    e->seed ^= e->seed >> 7;
    e->seed ^= e->seed << 17;
    return e->seed * UINT64_C(0x2545F4914F6CDD1D);
}

/* States with one or two values changed, as long as that finds something. */
static bool try_neighbours(struct explorer *e, struct targets *t) {
    bool good = true;
    unsigned useless = 0;
    while (good && useless < USELESS && t->state_count > 0) {
        struct valuation *copy = copy_of(t->states[next_random(e) % t->state_count]);
        size_t size = copy == NULL ? 0 : valuation_size(copy);
        bool useful = false;
        for (unsigned n = 1 + (unsigned)(next_random(e) % 2); size > 0 && n > 0; n--) {
            const struct valuation_entry *x = &valuation_entries(copy)[next_random(e) % size];
            const struct valuation_entry *y = &valuation_entries(copy)[next_random(e) % size];
            unsigned width = term_symbol_width(e->isa->pool, x->symbol);
            const word128 values[] = {0,
                                      ~(word128)0,
                                      x->value + 1,
                                      x->value - 1,
                                      x->value ^ (word128)1 << next_random(e) % width,
                                      y->value,
                                      ~x->value,
                                      (word128)next_random(e) << 64 | next_random(e)};
            word128 value = values[next_random(e) % 8] & (~(word128)0 >> (TERM_MAXIMUM_WIDTH - width));
            good = valuation_set(copy, x->symbol, x->arguments, x->argument_count, value);
        }
        good = good && copy != NULL && try_state(e, t, copy, &useful);
        useless = useful ? 0 : useless + 1;
    }
    return good;
}

/* ---- the solver -------------------------------------------------------------------------------------------------------------------------------- */

static term rebuilt(struct explorer *e, const struct term_view *v, const term *arguments) {
    struct term_pool *p = e->isa->pool;
    switch (v->operation) {
    case TERM_APPLY:
        return term_apply(p, v->symbol, arguments, v->argument_count);
    case TERM_NOT:
        return term_not(p, arguments[0]);
    case TERM_AND:
        return term_and(p, arguments[0], arguments[1]);
    case TERM_OR:
        return term_or(p, arguments[0], arguments[1]);
    case TERM_XOR:
        return term_xor(p, arguments[0], arguments[1]);
    case TERM_EQUAL:
        return term_equal(p, arguments[0], arguments[1]);
    case TERM_IF:
        return term_if(p, arguments[0], arguments[1], arguments[2]);
    case TERM_CONCATENATE:
        return term_concatenate(p, arguments[0], arguments[1]);
    case TERM_EXTRACT:
        return term_extract(p, v->low + v->width - 1, v->low, arguments[0]);
    default:
        return term_binary(p, v->operation, arguments[0], arguments[1]);
    }
}

/* Whether what is seen of the step differs from the step in which each branch is the other way round where its flip is set. */
static bool flipped_step(struct explorer *e, term *difference) {
    struct term_pool *p = e->isa->pool;
    size_t count = cone_size(e->cone);
    if (e->replaced_capacity < count) {
        free(e->replaced);
        e->replaced = malloc(2 * count * sizeof *e->replaced);
        e->replaced_capacity = e->replaced == NULL ? 0 : 2 * count;
        if (e->replaced == NULL) {
            return false;
        }
    }
    unsigned branch = 0;
    for (size_t i = 0; i < count; i++) {
        term t = cone_terms(e->cone)[i];
        struct term_view v = term_look(p, t);
        term arguments[TERM_MAXIMUM_ARGUMENTS];
        bool same = true;
        for (unsigned k = 0; k < v.argument_count; k++) {
            arguments[k] = e->replaced[cone_place(e->cone, v.arguments[k])];
            same = same && arguments[k] == v.arguments[k];
        }
        term r = same ? t : rebuilt(e, &v, arguments);
        if (branch < e->branch_count && e->branches[branch] == t) {
            r = term_xor(p, r, term_apply(p, e->flips[branch++], NULL, 0));
        }
        e->replaced[i] = r;
    }
    term unequal[2] = {term_false(p), term_false(p)}; /* what a trap says; what is left behind by a step that completes */
    term outcome = term_false(p);
    for (size_t i = 0; i < e->seen_count; i++) {
        term other = e->replaced[cone_place(e->cone, e->roots[i])];
        term *sum = i < 2 ? &outcome : &unequal[i < 4 ? 0 : 1];
        *sum = term_or(p, *sum, term_not(p, term_equal(p, e->roots[i], other)));
    }
    term stopped = term_or(p, e->roots[0], e->roots[1]);
    *difference = term_or(p, outcome, term_if(p, stopped, unequal[0], unequal[1]));
    return !term_pool_failed(p);
}

struct questions {
    term difference;
    term assumed[EXPLORER_BRANCHES + 4];
    size_t count;
};

static void assume(struct explorer *e, struct questions *q, const struct target *x, bool tame) {
    struct term_pool *p = e->isa->pool;
    q->count = 0;
    q->assumed[q->count++] = x->value ? x->condition : term_not(p, x->condition);
    if (tame) {
        q->assumed[q->count++] = e->tame;
    }
    if (x->kind == TARGET_BRANCH) {
        q->assumed[q->count++] = q->difference;
        for (unsigned i = 0; i < e->branch_count; i++) {
            term flip = term_apply(p, e->flips[i], NULL, 0);
            q->assumed[q->count++] = i == x->number ? flip : term_not(p, flip);
        }
    }
}

static bool pose(struct explorer *e, const struct targets *t, struct questions *q) {
    struct term_pool *p = e->isa->pool;
    size_t count = 2 * (t->count + e->branch_count) + 2;
    term *all = malloc(count * sizeof *all);
    size_t used = 0;
    if (all == NULL) {
        return false;
    }
    if (!flipped_step(e, &q->difference)) {
        free(all);
        return false;
    }
    for (size_t i = 0; i < t->count; i++) {
        const struct target *x = &t->items[i];
        all[used++] = x->value ? x->condition : term_not(p, x->condition);
    }
    for (unsigned i = 0; i < e->branch_count; i++) {
        term flip = term_apply(p, e->flips[i], NULL, 0);
        all[used++] = flip;
        all[used++] = term_not(p, flip);
    }
    all[used++] = q->difference;
    all[used++] = e->tame;
    bool good = solver_pose(e->solver, e->base, all, used);
    free(all);
    return good;
}

static bool ask_target(struct explorer *e, struct targets *t, size_t number, struct questions *q) {
    enum answer answer = ANSWER_NO;
    struct valuation *model = NULL;
    bool useful = false;
    struct target *x = &t->items[number];
    word128 constant = 1;
    if (term_is_constant(e->isa->pool, x->condition, &constant) && constant != (x->value ? 1 : 0)) {
        x->status = TARGET_IMPOSSIBLE;
        return true;
    }
    for (unsigned attempt = 0; attempt < 2 && answer == ANSWER_NO; attempt++) {
        assume(e, q, x, attempt == 0);
        e->asked++;
        if (!solver_ask_assuming(e->solver, q->assumed, q->count, &answer, &model)) {
            return false;
        }
    }
    if (answer == ANSWER_YES && !try_state(e, t, model, &useful)) {
        return false;
    }
    if (x->status != TARGET_COVERED) { /* a model that the evaluator refutes would be a defect: never counted as covered */
        x->status = answer == ANSWER_NO ? TARGET_IMPOSSIBLE : TARGET_UNDECIDED;
    }
    return true;
}

bool find_mode_state(struct explorer *e, unsigned mode, struct valuation **state) {
    enum answer answer = ANSWER_NO;
    struct term_pool *p = e->isa->pool;
    term base = term_and(p, term_and(p, e->isa->well_formed, e->isa->modes[mode].condition), e->fixed);
    *state = NULL;
    e->asked++;
    return solver_ask(e->solver, term_and(p, base, e->tame), 1, &answer, state);
}

static bool ask_open(struct explorer *e, struct targets *t, struct questions *q, bool *posed, bool branches) {
    bool good = true;
    unsigned undecided = 0;
    for (size_t i = 0; good && i < t->count; i++) {
        struct target *x = &t->items[i];
        if (x->status == TARGET_OPEN && (x->kind == TARGET_BRANCH) == branches && undecided >= EXPLORER_UNDECIDED) {
            x->status = TARGET_UNDECIDED; /* the step is too hard */
        } else if (x->status == TARGET_OPEN && (x->kind == TARGET_BRANCH) == branches) {
            good = (*posed || pose(e, t, q)) && ask_target(e, t, i, q);
            *posed = true;
            undecided += x->status == TARGET_UNDECIDED ? 1 : 0;
        }
    }
    return good;
}

static bool try_seeds(struct explorer *e, struct targets *t, const struct targets *seeds, const struct valuation *frame) {
    bool good = true;
    bool useful = false;
    for (size_t i = 0; good && i < seeds->state_count; i++) {
        good = try_copy(e, t, seeds->states[i], frame, &useful);
    }
    return good;
}

bool explore(struct explorer *e, const struct semantics *m, unsigned mode, const struct targets *seeds, struct targets *t) {
    struct questions q = {TERM_NONE, {0}, 0};
    struct valuation *frame = NULL;
    bool posed = false;
    bool good = list_targets(e, m, mode, t) && find_frame(e) && find_mode_state(e, mode, &frame) &&
                (seeds == NULL || try_seeds(e, t, seeds, frame)) && try_recalled(e, t, frame) && try_neighbours(e, t) &&
                ask_open(e, t, &q, &posed, false) && try_neighbours(e, t) && ask_open(e, t, &q, &posed, true) && remember(e, t);
    valuation_free(frame);
    if (!good) {
        targets_free(t);
    }
    return good;
}
