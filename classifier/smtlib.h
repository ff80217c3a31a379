/* Queries as SMT-LIB 2. */
#ifndef POPEK_SMTLIB_H
#define POPEK_SMTLIB_H

#include "classifier.h"

#include <stdio.h>

/* Writes the query with its expected answer; linear in the number of terms. The text depends on both alone. False: out of memory, or the stream is in
 * error. */
bool smtlib_write(FILE *out, const struct term_pool *pool, term query, enum answer answer);

#endif
