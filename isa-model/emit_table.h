/* Steps that forms share, and the table that dispatches to them. */
#ifndef POPEK_EMIT_TABLE_H
#define POPEK_EMIT_TABLE_H

#include "emit_write.h"

/* Distinct meanings of forms: the same results of the same inputs under the same names. */
struct distinct {
    const struct semantics **steps;
    size_t count, capacity;
    uint32_t *table; /* hash table of numbers + 1 */
    size_t table_size;
};
/* The number of this meaning, the next one when it is new. */
unsigned distinct_number(struct planner *p, struct distinct *d, const struct semantics *m);

/* emit_c.c */
void put_c_function(FILE *out, struct planner *p, struct plan *plan);
void put_c_opaque(FILE *out, struct planner *p);

#endif
