/* Contracts of the emitted functions. */
#ifndef POPEK_EMIT_CONTRACT_H
#define POPEK_EMIT_CONTRACT_H

#include "emit_write.h"

bool always_true(const struct plan *plan, term t);
bool is_predicate(enum result_kind kind); /* in ACSL; else a logic function */
bool always_false(const struct plan *plan, term t);
/* Of handlers: how many of the `count` results, from the first on, are parts of one component (cs.base, cs.limit), of which one clause speaks;
 * and the name of that clause. */
size_t clause_results(const struct planner *p, const struct result *const *results, size_t count);
const char *clause_name(struct planner *p, const struct result *const *results, size_t count);
/* emit_functions.c: of the forms of one instruction, in their order, those results that are the same function of the same inputs get one function. */
void share_functions(struct planner *p, struct plan *plan);
bool first_in_c(struct planner *p, const struct result *r); /* asked when its function is about to be written in C: not every form needs all */
/* Writes the contract and the prototype. Forms that use sparse arrays get the prototype alone. */
/* emit_acsl.c */
void put_acsl_form(FILE *out, struct planner *p, struct plan *plan);
void put_acsl_opaque(FILE *out, struct planner *p);
/* Contracts of handlers: that the result is a trap, and not a refusal where the form can be refused. */
const char *result_is_trap(struct planner *p, const struct plan *plan);
/* That a variable has the result's value for the state before, in the words of the clause about the result. */
void put_equals_result(FILE *out, struct planner *p, const struct plan *plan, const char *name, const struct result *r);
void put_contract(FILE *out, struct planner *p, struct plan *plan);

#endif
