/* Writes a query as SMT-LIB 2, from the terms themselves, so that another solver decides what we asked and not what Z3 printed. */
#include "smtlib.h"

#include "term_smtlib.h"

#include <stdlib.h>

bool smtlib_write(FILE *out, const struct term_pool *pool, term query, enum answer answer, const char *comment) {
    unsigned char *marks = calloc((size_t)query + 1, 1);
    unsigned char *declared = calloc(term_symbol_count(pool) + 1, 1);
    if (marks == NULL || declared == NULL) {
        free(marks);
        free(declared);
        return false;
    }
    term_mark(pool, query, marks);
    fprintf(out, "; %s\n(set-logic QF_UFBV)\n(set-info :status %s)\n", comment,
            answer == ANSWER_YES  ? "sat"
            : answer == ANSWER_NO ? "unsat"
                                  : "unknown");
    for (size_t t = 0; t <= query; t++) {
        struct term_view v = term_look(pool, (term)t);
        if (marks[t] != 0 && v.operation == TERM_APPLY && declared[v.symbol] == 0) {
            declared[v.symbol] = 1;
            smtlib_put_declaration(out, pool, v.symbol);
        }
    }
    for (size_t t = 0; t <= query; t++) {
        if (marks[t] != 0) {
            smtlib_put_definition(out, pool, (term)t);
        }
    }
    fprintf(out, "(assert (= t%u #b1))\n(check-sat)\n", query);
    free(marks);
    free(declared);
    return ferror(out) == 0;
}
