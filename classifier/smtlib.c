/* Writes a query as SMT-LIB 2, from the terms themselves, so that another solver decides what we asked and not what Z3 printed. Terms are numbered in
 * the order in which the query needs them, and of operators that commute the arguments are put into an order of their own: the same query gives the
 * same text whatever else was asked before. */
#include "smtlib.h"

#include "term_smtlib.h"

#include <stdlib.h>

struct order {
    const struct term_pool *pool;
    uint64_t *shapes;  /* by term: a number that depends on what it is built of, not on its handle */
    unsigned *numbers; /* by term: its place in `terms`, from 1; 0: not there yet */
    term *terms, *stack;
    unsigned *entered; /* by term: how many of its arguments were looked at */
    size_t count;
};

static uint64_t mix(uint64_t h, uint64_t value) {
    h = (h ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

static bool commutes(enum term_operator operation) {
    return operation == TERM_AND || operation == TERM_OR || operation == TERM_XOR || operation == TERM_ADD || operation == TERM_MULTIPLY ||
           operation == TERM_EQUAL;
}

static uint64_t shape_of(const struct order *o, const struct term_view *v) {
    uint64_t h = mix(mix((uint64_t)v->operation, v->width), v->low);
    h = mix(mix(h, (uint64_t)v->constant), (uint64_t)(v->constant >> 64));
    for (const char *c = v->operation == TERM_APPLY ? term_symbol_name(o->pool, v->symbol) : ""; *c != '\0'; c++) {
        h = mix(h, (unsigned char)*c);
    }
    if (commutes(v->operation)) {
        uint64_t a = o->shapes[v->arguments[0]];
        uint64_t b = o->shapes[v->arguments[1]];
        return mix(mix(h, a < b ? a : b), a < b ? b : a);
    }
    for (unsigned i = 0; i < v->argument_count; i++) {
        h = mix(h, o->shapes[v->arguments[i]]);
    }
    return h;
}

static bool is_swapped(const struct order *o, const struct term_view *v) {
    return commutes(v->operation) && o->shapes[v->arguments[0]] > o->shapes[v->arguments[1]];
}

static term argument_of(const struct order *o, const struct term_view *v, unsigned i) {
    return v->arguments[is_swapped(o, v) ? v->argument_count - 1 - i : i];
}

/* Arguments have smaller handles. */
static void find_shapes(struct order *o, term query, unsigned char *marks) {
    term_mark(o->pool, query, marks);
    for (term t = 0; t <= query; t++) {
        if (marks[t] != 0) {
            struct term_view v = term_look(o->pool, t);
            v.constant = v.operation == TERM_CONSTANT ? v.constant : 0;
            v.low = v.operation == TERM_EXTRACT ? v.low : 0;
            o->shapes[t] = shape_of(o, &v);
        }
    }
}

/* Arguments first, without recursion: terms can be deep. */
static void put_in_order(struct order *o, term query) {
    size_t depth = 0;
    o->stack[depth++] = query;
    while (depth > 0) {
        term t = o->stack[depth - 1];
        struct term_view v = term_look(o->pool, t);
        while (o->entered[t] < v.argument_count && o->numbers[argument_of(o, &v, o->entered[t])] != 0) {
            o->entered[t]++;
        }
        if (o->entered[t] < v.argument_count) {
            o->stack[depth++] = argument_of(o, &v, o->entered[t]);
        } else {
            depth--;
            o->terms[o->count++] = t;
            o->numbers[t] = (unsigned)o->count;
        }
    }
}

static void write_ordered(FILE *out, const struct order *o, enum answer answer, unsigned char *declared) {
    fprintf(out, "(set-logic QF_UFBV)\n(set-info :status %s)\n", answer == ANSWER_YES ? "sat" : answer == ANSWER_NO ? "unsat" : "unknown");
    for (size_t i = 0; i < o->count; i++) {
        struct term_view v = term_look(o->pool, o->terms[i]);
        if (v.operation == TERM_APPLY && declared[v.symbol] == 0) {
            declared[v.symbol] = 1;
            smtlib_put_declaration(out, o->pool, v.symbol);
        }
    }
    for (size_t i = 0; i < o->count; i++) {
        struct term_view v = term_look(o->pool, o->terms[i]);
        smtlib_put_definition(out, o->pool, o->terms[i], o->numbers, is_swapped(o, &v));
    }
    fprintf(out, "(assert (= t%zu #b1))\n(check-sat)\n", o->count);
}

bool smtlib_write(FILE *out, const struct term_pool *pool, term query, enum answer answer) {
    size_t size = (size_t)query + 1;
    unsigned char *declared = calloc(term_symbol_count(pool) + 1, 1);
    unsigned char *marks = calloc(size, 1);
    struct order o = {.pool = pool,
                      .shapes = malloc(size * sizeof *o.shapes),
                      .numbers = calloc(size, sizeof *o.numbers),
                      .terms = malloc(size * sizeof *o.terms),
                      .stack = malloc(size * sizeof *o.stack),
                      .entered = calloc(size, sizeof *o.entered)};
    bool good = declared != NULL && marks != NULL && o.shapes != NULL && o.numbers != NULL && o.terms != NULL && o.stack != NULL && o.entered != NULL;
    if (good) {
        find_shapes(&o, query, marks);
        put_in_order(&o, query);
        write_ordered(out, &o, answer, declared);
    }
    free(declared);
    free(marks);
    free(o.shapes);
    free(o.numbers);
    free(o.terms);
    free(o.stack);
    free(o.entered);
    return good && ferror(out) == 0;
}
