/* Terms as SMT-LIB 2. */
#ifndef POPEK_TERM_SMTLIB_H
#define POPEK_TERM_SMTLIB_H

#include "term.h"

#include <stdio.h>

/* A symbol's name, quoted. */
void smtlib_put_name(FILE *out, const struct term_pool *pool, symbol s);
/* (declare-fun ...) */
void smtlib_put_declaration(FILE *out, const struct term_pool *pool, symbol s);
/* (define-fun tN () (_ BitVec W) ...); the arguments must have been defined before. Every value is a bit-vector, truth too: (_ BitVec 1). `numbers`:
 * by term, the N of its name; NULL: the terms' own. `swapped`: the arguments the other way round, of an operator with two that commute. */
void smtlib_put_definition(FILE *out, const struct term_pool *pool, term t, const unsigned *numbers, bool swapped);

#endif
