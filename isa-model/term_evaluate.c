/* The value of terms under given values of symbols. */
#include "term_pool.h"

#include <stdlib.h>


static word128 value_of(const struct term_view *view, const word128 *values, term_lookup lookup, void *context, unsigned argument_width) {
    const term *a = view->arguments;
    word128 arguments[TERM_MAXIMUM_ARGUMENTS];
    switch (view->operation) {
    case TERM_CONSTANT:
        return view->constant;
    case TERM_APPLY:
        for (unsigned i = 0; i < view->argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
            arguments[i] = values[a[i]];
        }
        return lookup(context, view->symbol, arguments, view->argument_count) & term_mask(view->width);
    case TERM_IF:
        return values[a[0]] != 0 ? values[a[1]] : values[a[2]];
    case TERM_CONCATENATE:
        return (values[a[0]] << argument_width) | values[a[1]];
    case TERM_EXTRACT:
        return (values[a[0]] >> view->low) & term_mask(view->width);
    case TERM_NOT:
        return ~values[a[0]] & term_mask(view->width);
    default:
        return term_compute(view->operation, argument_width, values[a[0]], values[a[1]]);
    }
}

bool term_evaluate(const struct term_pool *pool, const term *roots, size_t count, term_lookup lookup, void *context, word128 *results) {
    term top = 0;
    for (size_t i = 0; i < count; i++) {
        top = roots[i] > top ? roots[i] : top;
    }
    unsigned char *marks = calloc((size_t)top + 1, 1);
    word128 *values = calloc((size_t)top + 1, sizeof *values);
    if (marks == NULL || values == NULL) {
        free(marks);
        free(values);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        marks[roots[i]] = 1;
    }
    /* One downward pass marks everything that any root needs; one upward pass computes it. */
    term_mark(pool, top, marks);
    for (size_t t = 0; t <= top; t++) {
        if (marks[t] != 0) {
            struct term_view view = term_look(pool, (term)t);
            unsigned last = view.operation == TERM_CONCATENATE ? 1 : 0;
            unsigned width = view.argument_count > 0 ? term_width(pool, view.arguments[last]) : 0;
            values[t] = value_of(&view, values, lookup, context, width);
        }
    }
    for (size_t i = 0; i < count; i++) {
        results[i] = values[roots[i]];
    }
    free(marks);
    free(values);
    return true;
}
