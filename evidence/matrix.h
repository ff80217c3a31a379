/* Inside of the matrix: what is collected while it is filled. */
#ifndef POPEK_EVIDENCE_MATRIX_H
#define POPEK_EVIDENCE_MATRIX_H

#include "handlers.h"
#include "measurements.h"

struct matrix {
    struct evidence result; /* first: what the caller gets */
    struct evidence_row *rows;
    struct evidence_reason *exclusions;
    char **texts; /* all that were made */
    size_t text_count, text_capacity;
    char **sources;
    bool failed;
    const struct evidence_inputs *inputs;
    struct measurements *measurements;
    struct handlers *handlers;
};

/* Text that lives as long as the matrix; "" when memory is exhausted, which is noted. */
const char *matrix_keep(struct matrix *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* cells.c: every cell of the row, whose verdict is set. */
void matrix_fill_row(struct matrix *m, struct evidence_row *row);

#endif
