/* Parts that the C and ACSL emitters share: types, signatures, and driving. */
#ifndef POPEK_EMIT_WRITE_H
#define POPEK_EMIT_WRITE_H

#include "emit_expression.h"

void put_types(FILE *out, struct planner *p, const char *language);
void put_signature(FILE *out, const struct planner *p, const struct plan *plan);
typedef void (*plan_writer)(FILE *out, struct planner *p, struct plan *plan);
/* Types (unless `language` is NULL), what all forms share (by `prologue`, may be NULL), then `write` for each form and mode. */
bool emit_forms(FILE *out, struct isa *isa, int mode, const char *language, void (*prologue)(FILE *out, struct planner *p), plan_writer write);
unsigned long long array_elements(const struct leaf *leaf);
/* Which inputs a result depends on, by input. */
bool *used_inputs(struct planner *p, const struct plan *plan, term value);

#endif
