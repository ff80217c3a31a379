/* What the tables have: every instruction that Capstone knows, and every one that it does not, exact, by template, or excluded with a reason. */
#ifndef POPEK_COVERAGE_H
#define POPEK_COVERAGE_H

#include "../isa-model/isa.h"

enum coverage_kind {
    COVERAGE_EXACT,      /* every form has exact semantics */
    COVERAGE_TEMPLATE,   /* some result is an opaque function: which inputs matter is exact, what is computed is not */
    COVERAGE_EXCLUDED,   /* left out, with a reason */
    COVERAGE_UNACCOUNTED /* neither in the tables nor excluded */
};

struct coverage_row {
    const char *name;        /* Capstone's name of the id, or that of an extension that neither has; NULL: only the tables have it */
    const char *instruction; /* the tables' name, NULL when there is none */
    enum coverage_kind kind;
    const char *reason; /* why the names differ or why it is excluded, "" when there is nothing to say */
    uint64_t modes;     /* operating modes in which some form of it is valid */
};

struct coverage {
    const struct coverage_row *rows; /* by Capstone id, then what Capstone lacks, then what neither Capstone nor the tables have */
    size_t row_count;
    size_t known_count;                         /* rows of Capstone ids */
    size_t beyond_count;                        /* rows of what Capstone lacks */
    size_t exact_forms[64], template_forms[64]; /* by operating mode */
};

/* `exceptions`: lines `capstone_name = INSTRUCTION "reason"` or `capstone_name = excluded "reason"`, or
 * `name = absent "reason"` for what Capstone does not know either; `#` starts a comment. The isa and the exceptions
 * must live as long as the result. NULL: `*message` (free it) says what is wrong, or is NULL when memory is exhausted. */
struct coverage *coverage_make(const struct isa *isa, const char *exceptions, size_t size, char **message);
void coverage_free(struct coverage *coverage);

#endif
