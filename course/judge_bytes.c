/* Exercise 5: 32-bit code that notices ring compression. */
#include "exercise.h"

#include <string.h>

#define MOST_CODE 16u

static bool is_class(const struct listing_row *row, enum verdict_class class) {
    return row->class_name != NULL && strcmp(row->class_name, verdict_class_name(class)) == 0;
}

static unsigned count_class(const struct listing *l, enum verdict_class class) {
    unsigned count = 0;
    for (size_t i = 0; i < l->row_count; i++) {
        count += is_class(&l->rows[i], class) ? 1 : 0;
    }
    return count;
}

/* Different instructions, not forms: SGDT with another operand is no other idea. */
static unsigned different(const struct listing *l) {
    unsigned count = 0;
    for (size_t i = 0; i < l->row_count; i++) {
        bool before = !is_class(&l->rows[i], VERDICT_SENSITIVE_UNPRIVILEGED);
        for (size_t k = 0; k < i; k++) {
            before = before || (l->rows[k].form != NULL && strcmp(l->rows[k].form->instruction, l->rows[i].form->instruction) == 0);
        }
        count += before ? 0 : 1;
    }
    return count;
}

void judge_bytes(const struct listing *plain, const struct listing *closed, struct exercise_result *r) {
    size_t size = 0;
    for (size_t i = 0; i < plain->row_count; i++) {
        size += plain->rows[i].size;
    }
    unsigned privileged = count_class(plain, VERDICT_PRIVILEGED_SENSITIVE) + count_class(plain, VERDICT_PRIVILEGED_ONLY);
    exercise_point(r, plain->complete, "all bytes are instructions of 32-bit protected mode");
    exercise_point(r, size <= MOST_CODE, "at most %u bytes (%zu)", MOST_CODE, size);
    exercise_point(r, different(plain) >= 3, "at least three different instructions are sensitive and not privileged (%u)", different(plain));
    exercise_point(r, privileged == 0, "none is privileged: a program at CPL 3 may run them all (%u)", privileged);
    exercise_point(r, different(closed) >= 1, "one of them is left when the monitor sets CR4.UMIP and CR4.TSD (%u)", different(closed));
    exercise_point(r, different(closed) < different(plain), "and another one is not: it traps then");
}
