/* Contracts of the emitted functions. */
#ifndef POPEK_EMIT_CONTRACT_H
#define POPEK_EMIT_CONTRACT_H

#include "emit_write.h"

bool always_true(const struct plan *plan, term t);
bool is_predicate(enum result_kind kind); /* in ACSL; else a logic function */
bool always_false(const struct plan *plan, term t);
/* Writes the contract and the prototype. Forms that use sparse arrays get the prototype alone. */
/* emit_acsl.c */
void put_acsl_form(FILE *out, struct planner *p, struct plan *plan);
void put_acsl_opaque(FILE *out, struct planner *p);
/* Contracts of handlers: that the result is a trap, and not a refusal where the form can be refused. */
const char *result_is_trap(struct planner *p, const struct plan *plan);
/* "\let ...; " of the elements that a result is made of, and the result applied to the state before, as the clause about it has them. */
void put_bound_elements(FILE *out, struct planner *p, const struct plan *plan, const struct result *r);
void put_bound_result(FILE *out, struct planner *p, const struct plan *plan, const struct result *r);
void put_contract(FILE *out, struct planner *p, struct plan *plan);

#endif
