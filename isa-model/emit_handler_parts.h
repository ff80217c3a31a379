/* Between the files that write generated handlers (emit_handler_code.c). */
#ifndef POPEK_EMIT_HANDLER_PARTS_H
#define POPEK_EMIT_HANDLER_PARTS_H

#include "emit_contract.h"

/* emit_handler_values.c */
/* The inputs that results depend on: as parameters of C, as arguments, or as they stand in the handler. The value of an operand behind a pointer has
 * a name of its own. */
enum argument_style { AS_PARAMETERS, AS_NAMES, IN_HANDLER };
/* Those inputs that `used` marks, by number; after a comma unless they are the `first`. True: still nothing has been written. */
bool put_arguments(FILE *out, const struct plan *plan, const bool *used, enum argument_style style, bool first);
/* What the types of the parameters do not say. One precondition, so that a call is one goal. */
void put_ranges_of(FILE *out, const struct plan *plan, const bool *used);
/* The result in ACSL: its logic function, of parameters. */
void put_logic_value(FILE *out, const struct plan *plan, const struct result *r, const bool *used);
/* The function of one result, and a call of it. */
void put_result_function(FILE *out, struct planner *p, const struct plan *plan, const struct result *r);
void put_request(FILE *out, struct planner *p, const struct plan *plan, const struct result *r, enum argument_style style);
/* Marks the inputs that a result depends on, besides those that are marked. */
void add_used(struct planner *p, const struct plan *plan, const struct result *r, bool *used);

/* emit_handler_outcome.c */
bool has_outcome(const struct plan *plan); /* anything but DONE can come out */
void put_outcome_function(FILE *out, struct planner *p, const struct plan *plan);
void put_outcome_call(FILE *out, struct planner *p, const struct plan *plan);

/* emit_handler_stores.c: none where the form always faults */
struct store;
struct stores {
    struct store *list;
    size_t count;
};
struct stores *list_stores(struct planner *p, const struct plan *plan);
void put_store_functions(FILE *out, struct planner *p, const struct plan *plan, const struct stores *all);
void put_stores_call(FILE *out, struct planner *p, const struct plan *plan, const struct stores *all);

#endif
