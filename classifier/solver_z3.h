/* What the parts of the solver share. */
#ifndef POPEK_CLASSIFIER_SOLVER_Z3_H
#define POPEK_CLASSIFIER_SOLVER_Z3_H

#include "solver.h"

#include "../isa-model/term_cone.h"

#include <z3.h>

struct solver {
    const struct term_pool *pool;
    Z3_context context;
    Z3_solver solver;
    Z3_ast *bits;  /* by term: as a bit-vector */
    Z3_ast *truth; /* by term of width 1: as a Boolean */
    size_t size;
    Z3_func_decl *functions; /* by symbol; of width 1: Boolean result */
    size_t function_count;
    unsigned resource_limit;
    struct cone *cone; /* of the query that is asked */
    char trouble[128]; /* what Z3 said when a term could not be translated; empty: nothing */
};

/* Makes room for all terms and symbols of the pool. False: out of memory. */
bool solver_prepare(struct solver *s);
/* Translates a term whose arguments are translated; what Z3 says against it is in `trouble`. */
void solver_translate(struct solver *s, term t);
/* The translation, a Boolean for width 1. */
Z3_ast solver_native(struct solver *s, term t);

#endif
