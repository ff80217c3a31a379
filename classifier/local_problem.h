/* Inside of the local search: a query laid out by place, with a value for every term, kept up to date as variables change. */
#ifndef POPEK_LOCAL_PROBLEM_H
#define POPEK_LOCAL_PROBLEM_H

#include "classifier.h"

#include "../isa-model/term_cone.h"
#include "../isa-model/term_pool.h"

/* A term of the query. Arguments have smaller places. */
struct local_node {
    enum term_operator operation;
    unsigned width, low, argument_count;
    bool fixed;                   /* its value follows from the conditions, whatever the rest */
    uint32_t arguments[3];        /* places; of TERM_APPLY: [0] is where its arguments begin in `lists`, [1] its function */
    uint32_t parents;             /* where they begin in `parents` */
    uint32_t parent_count, other; /* TERM_APPLY with arguments: the next application of the same function, or LOCAL_NONE */
};

#define LOCAL_NONE UINT32_MAX

/* What an array or an opaque function gives for some arguments. */
struct local_entry {
    uint32_t next;
    uint32_t arguments; /* where they begin in `entry_arguments` */
    word128 value;
};

struct local_function {
    symbol symbol;
    unsigned argument_count;
    uint32_t entries, applications; /* heads of lists */
};

/* That a term must have a truth value. */
struct local_condition {
    uint32_t place;
    bool wanted;
    unsigned weight;
};

struct local_problem {
    const struct term_pool *pool;
    struct cone *cone;
    const struct valuation *near; /* values of what was never changed */
    struct local_node *nodes;
    word128 *values; /* by place */
    bool *stale;
    size_t node_count, node_capacity, value_capacity, stale_capacity;
    uint32_t *lists;
    size_t list_count, list_capacity;
    uint32_t *parents;
    size_t parent_count, parent_capacity;
    struct local_function *functions;
    size_t function_count, function_capacity;
    uint32_t *function_of; /* by symbol: its function + 1, valid when that names the symbol */
    size_t symbol_capacity;
    struct local_entry *entries;
    size_t entry_count, entry_capacity;
    word128 *entry_arguments;
    size_t entry_argument_count, entry_argument_capacity;
    struct local_condition *conditions; /* the query is true when all of them hold */
    size_t condition_count, condition_capacity;
};

/* Lays out a query with the values of `near`, or zeros when it is NULL. False: out of memory. */
bool local_problem_load(struct local_problem *problem, term query, const struct valuation *near);
void local_problem_free(struct local_problem *problem);
/* Gives a variable (an application at `place`, for the arguments that it has now) a value, and brings all values up to date. False: out of memory. */
bool local_problem_set(struct local_problem *problem, uint32_t place, word128 value);
/* The weights of the conditions that do not hold. */
unsigned long local_problem_cost(const struct local_problem *problem);
/* The values of all applications, or NULL: out of memory. */
struct valuation *local_problem_model(const struct local_problem *problem);

/* What the term at `node` is, from the values of its arguments. */
word128 local_compute(const struct local_problem *problem, const struct local_node *node);
/* local_layout.c: makes an array of at least `wanted` elements; false: out of memory, and it is as it was. */
bool local_room(void **array, size_t *capacity, size_t wanted, size_t element);
/* local_implied.c: gives variables the values that the conditions leave no choice about, and marks what follows from them as fixed. */
bool local_problem_fix(struct local_problem *problem);
/* What is left of the query: its models, with the values that are set in `fixed`, are the models of the query. False: out of memory. */
bool local_problem_rest(const struct local_problem *problem, struct term_pool *pool, term *rest, struct valuation *fixed);
/* local_walk.c: follows what is wanted of a term down to a variable. False when the way ends in what is fixed. `random` is the state of the
 * generator. */
bool local_walk(const struct local_problem *problem, uint64_t *random, uint32_t *place, word128 *value);
uint64_t local_random(uint64_t *random, uint64_t below); /* below >= 1 */

#endif
