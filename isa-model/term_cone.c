/* Collects and evaluates the terms that some roots are built of. */
#include "term_cone.h"

#include "grow.h"
#include "term_pool.h"

#include <stdlib.h>

struct cone {
    const struct term_pool *pool;
    uint32_t *positions; /* by term: its place in `terms` + 1, when it is of this cone */
    size_t position_count;
    term *terms;
    size_t count, capacity;
    word128 *values; /* by place */
    word128 *pinned; /* by place, see cone_pin */
    bool *changed;
    size_t pinned_capacity;
    term *stack;
    size_t stack_size, stack_capacity;
};

struct cone *cone_new(const struct term_pool *pool) {
    struct cone *cone = calloc(1, sizeof *cone);
    if (cone != NULL) {
        cone->pool = pool;
    }
    return cone;
}

void cone_free(struct cone *cone) {
    if (cone == NULL) {
        return;
    }
    free(cone->positions);
    free(cone->terms);
    free(cone->values);
    free(cone->pinned);
    free(cone->changed);
    free(cone->stack);
    free(cone);
}

size_t cone_size(const struct cone *cone) { return cone->count; }

const term *cone_terms(const struct cone *cone) { return cone->terms; }

bool cone_contains(const struct cone *cone, term t) {
    uint32_t at = t < cone->position_count ? cone->positions[t] : 0;
    return at != 0 && at <= cone->count && cone->terms[at - 1] == t;
}

uint32_t cone_place(const struct cone *cone, term t) { return cone->positions[t] - 1; }

word128 cone_value(const struct cone *cone, term t) { return cone->values[cone->positions[t] - 1]; }

static bool grow_terms(struct cone *cone) {
    size_t capacity = cone->capacity == 0 ? 1024 : cone->capacity * 2;
    term *terms = realloc(cone->terms, capacity * sizeof *terms);
    if (terms != NULL) {
        cone->terms = terms;
    }
    word128 *values = realloc(cone->values, capacity * sizeof *values);
    if (values != NULL) {
        cone->values = values;
    }
    if (terms == NULL || values == NULL) {
        return false;
    }
    cone->capacity = capacity;
    return true;
}

static bool push(struct cone *cone, term t) {
    term *stack = array_grow(cone->stack, cone->stack_size, &cone->stack_capacity, sizeof *stack);
    if (stack == NULL) {
        return false;
    }
    cone->stack = stack;
    cone->stack[cone->stack_size++] = t;
    return true;
}

static bool add(struct cone *cone, term t) {
    if (cone->count == cone->capacity && !grow_terms(cone)) {
        return false;
    }
    cone->terms[cone->count++] = t;
    cone->positions[t] = (uint32_t)cone->count;
    return true;
}

/* Puts those arguments that are not there yet on the stack; `complete`: there were none. */
static bool visit(struct cone *cone, term t, bool *complete) {
    struct term_view view = term_look(cone->pool, t);
    *complete = true;
    for (unsigned i = 0; i < view.argument_count; i++) {
        if (!cone_contains(cone, view.arguments[i])) {
            *complete = false;
            if (!push(cone, view.arguments[i])) {
                return false;
            }
        }
    }
    return true;
}

bool cone_collect(struct cone *cone, const term *roots, size_t count) {
    size_t size = term_pool_size(cone->pool);
    if (size > cone->position_count) {
        size_t wanted = size + size / 2;
        /* Nothing of the last cone is needed, and pages of a fresh array cost nothing until they are touched. */
        uint32_t *positions = calloc(wanted, sizeof *positions);
        if (positions == NULL) {
            return false;
        }
        free(cone->positions);
        cone->positions = positions;
        cone->position_count = wanted;
    }
    cone->count = 0;
    cone->stack_size = 0;
    for (size_t i = 0; i < count; i++) {
        if (!push(cone, roots[i])) {
            return false;
        }
        while (cone->stack_size > 0) {
            term t = cone->stack[cone->stack_size - 1];
            bool complete = true;
            if (cone_contains(cone, t)) {
                cone->stack_size--;
                continue;
            }
            if (!visit(cone, t, &complete)) {
                return false;
            }
            if (complete) {
                cone->stack_size--;
                if (!add(cone, t)) {
                    return false;
                }
            }
        }
    }
    return true;
}

static word128 at(const struct cone *cone, const word128 *values, term t) { return values[cone->positions[t] - 1]; }

static word128 value_of(const struct cone *cone, const struct term_view *view, const word128 *values, term_lookup lookup, void *context) {
    const term *a = view->arguments;
    word128 arguments[TERM_MAXIMUM_ARGUMENTS];
    switch (view->operation) {
    case TERM_CONSTANT:
        return view->constant;
    case TERM_APPLY:
        for (unsigned i = 0; i < view->argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
            arguments[i] = at(cone, values, a[i]);
        }
        return lookup(context, view->symbol, arguments, view->argument_count) & term_mask(view->width);
    case TERM_IF:
        return at(cone, values, a[0]) != 0 ? at(cone, values, a[1]) : at(cone, values, a[2]);
    case TERM_CONCATENATE:
        return (at(cone, values, a[0]) << term_width(cone->pool, a[1])) | at(cone, values, a[1]);
    case TERM_EXTRACT:
        return (at(cone, values, a[0]) >> view->low) & term_mask(view->width);
    case TERM_NOT:
        return ~at(cone, values, a[0]) & term_mask(view->width);
    default:
        return term_compute(view->operation, term_width(cone->pool, a[0]), at(cone, values, a[0]), at(cone, values, a[1]));
    }
}

void cone_evaluate(struct cone *cone, term_lookup lookup, void *context) {
    for (size_t i = 0; i < cone->count; i++) {
        struct term_view view = term_look(cone->pool, cone->terms[i]);
        cone->values[i] = value_of(cone, &view, cone->values, lookup, context);
    }
}

static bool make_room_for_pins(struct cone *cone) {
    if (cone->pinned_capacity >= cone->count) {
        return true;
    }
    free(cone->pinned);
    free(cone->changed);
    cone->pinned = malloc(cone->capacity * sizeof *cone->pinned);
    cone->changed = malloc(cone->capacity * sizeof *cone->changed);
    cone->pinned_capacity = cone->pinned == NULL || cone->changed == NULL ? 0 : cone->capacity;
    return cone->pinned_capacity > 0;
}

bool cone_pin(struct cone *cone, term t, word128 value, term_lookup lookup, void *context) {
    if (!make_room_for_pins(cone)) {
        return false;
    }
    for (size_t i = 0; i < cone->count; i++) {
        cone->pinned[i] = cone->values[i];
        cone->changed[i] = false;
        if (cone->terms[i] == t) {
            cone->pinned[i] = value;
            cone->changed[i] = value != cone->values[i];
            continue;
        }
        struct term_view view = term_look(cone->pool, cone->terms[i]);
        bool affected = false;
        for (unsigned k = 0; k < view.argument_count; k++) {
            affected = affected || cone->changed[cone->positions[view.arguments[k]] - 1];
        }
        if (affected) {
            cone->pinned[i] = value_of(cone, &view, cone->pinned, lookup, context);
            cone->changed[i] = cone->pinned[i] != cone->values[i];
        }
    }
    return true;
}

word128 cone_pinned_value(const struct cone *cone, term t) { return cone->pinned[cone->positions[t] - 1]; }

bool term_evaluate(const struct term_pool *pool, const term *roots, size_t count, term_lookup lookup, void *context, word128 *results) {
    /* The pool's working memory: the terms stay as they are. */
    struct term_pool *owner = (struct term_pool *)(uintptr_t)pool;
    struct cone *cone = pool->scratch != NULL ? pool->scratch : cone_new(pool);
    owner->scratch = cone;
    bool good = cone != NULL && cone_collect(cone, roots, count);
    if (good) {
        cone_evaluate(cone, lookup, context);
        for (size_t i = 0; i < count; i++) {
            results[i] = cone_value(cone, roots[i]);
        }
    }
    return good;
}
