/* The points of an exercise. */
#include "exercise.h"

#include <stdarg.h>
#include <stdio.h>

void exercise_point(struct exercise_result *r, bool met, const char *format, ...) {
    if (r->count == EXERCISE_POINTS) {
        return;
    }
    struct exercise_point *p = &r->points[r->count++];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(p->text, sizeof p->text, format, arguments);
    va_end(arguments);
    p->met = met;
}

bool exercise_solved(const struct exercise_result *r) {
    bool solved = r->count > 0;
    for (unsigned i = 0; i < r->count; i++) {
        solved = solved && r->points[i].met;
    }
    return solved;
}
