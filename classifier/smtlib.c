/* Writes a query as SMT-LIB 2, from the terms themselves, so that another solver decides what we asked and not what Z3 printed. Terms are numbered in
 * the order in which the query needs them: the same query gives the same text whatever else was asked. */
#include "smtlib.h"

#include "term_smtlib.h"

#include <stdlib.h>

struct order {
    const struct term_pool *pool;
    unsigned *numbers; /* by term: its place in `terms`, from 1; 0: not there yet */
    term *terms, *stack;
    unsigned *entered; /* by term: how many of its arguments were looked at */
    size_t count;
};

/* Arguments first, without recursion: terms can be deep. */
static void put_in_order(struct order *o, term query) {
    size_t depth = 0;
    o->stack[depth++] = query;
    while (depth > 0) {
        term t = o->stack[depth - 1];
        struct term_view v = term_look(o->pool, t);
        while (o->entered[t] < v.argument_count && o->numbers[v.arguments[o->entered[t]]] != 0) {
            o->entered[t]++;
        }
        if (o->entered[t] < v.argument_count) {
            o->stack[depth++] = v.arguments[o->entered[t]];
        } else {
            depth--;
            o->terms[o->count++] = t;
            o->numbers[t] = (unsigned)o->count;
        }
    }
}

static void write_ordered(FILE *out, const struct order *o, enum answer answer, unsigned char *declared) {
    fprintf(out, "(set-logic QF_UFBV)\n(set-info :status %s)\n",
            answer == ANSWER_YES  ? "sat"
            : answer == ANSWER_NO ? "unsat"
                                  : "unknown");
    for (size_t i = 0; i < o->count; i++) {
        struct term_view v = term_look(o->pool, o->terms[i]);
        if (v.operation == TERM_APPLY && declared[v.symbol] == 0) {
            declared[v.symbol] = 1;
            smtlib_put_declaration(out, o->pool, v.symbol);
        }
    }
    for (size_t i = 0; i < o->count; i++) {
        smtlib_put_definition(out, o->pool, o->terms[i], o->numbers);
    }
    fprintf(out, "(assert (= t%zu #b1))\n(check-sat)\n", o->count);
}

bool smtlib_write(FILE *out, const struct term_pool *pool, term query, enum answer answer) {
    size_t size = (size_t)query + 1;
    unsigned char *declared = calloc(term_symbol_count(pool) + 1, 1);
    struct order o = {.pool = pool,
                      .numbers = calloc(size, sizeof *o.numbers),
                      .terms = malloc(size * sizeof *o.terms),
                      .stack = malloc(size * sizeof *o.stack),
                      .entered = calloc(size, sizeof *o.entered)};
    bool good = declared != NULL && o.numbers != NULL && o.terms != NULL && o.stack != NULL && o.entered != NULL;
    if (good) {
        put_in_order(&o, query);
        write_ordered(out, &o, answer, declared);
    }
    free(declared);
    free(o.numbers);
    free(o.terms);
    free(o.stack);
    free(o.entered);
    return good && ferror(out) == 0;
}
