/* Writes a query as SMT-LIB 2, from the terms themselves, so that another solver decides what we asked and not what Z3 printed. */
#include "smtlib.h"

#include <stdlib.h>

static void put_number(FILE *out, unsigned width, word128 value) {
    fputs("#b", out);
    for (unsigned i = width; i-- > 0;) {
        fputc(((value >> i) & 1) != 0 ? '1' : '0', out);
    }
}

static const char *operator_name(enum term_operator operation) {
    static const char *const names[] = {"",      "",       "bvnot", "bvand", "bvor",  "bvxor", "bvadd",  "bvsub", "bvmul",
                                        "bvshl", "bvlshr", "=",     "bvult", "bvslt", "ite",   "concat", ""};
    return names[operation];
}

static bool is_comparison(enum term_operator operation) { return operation == TERM_EQUAL || operation == TERM_LESS || operation == TERM_SIGNED_LESS; }

/* Prefixed, since |bvadd| is bvadd and |t3| is the t3 below; a bar or a backslash cannot stand in a quoted symbol. */
static void put_name(FILE *out, const struct term_pool *pool, symbol s) {
    fputs("|$", out);
    for (const char *c = term_symbol_name(pool, s); *c != '\0'; c++) {
        if (*c == '|' || *c == '\\' || *c == '%') {
            fprintf(out, "%%%02x", (unsigned)(unsigned char)*c);
        } else {
            fputc(*c, out);
        }
    }
    fputc('|', out);
}

/* Every value is a bit-vector here, truth too: (_ BitVec 1). */
static void put_definition(FILE *out, const struct term_pool *pool, term t) {
    struct term_view v = term_look(pool, t);
    fprintf(out, "(define-fun t%u () (_ BitVec %u) ", t, v.width);
    if (v.operation == TERM_CONSTANT) {
        put_number(out, v.width, v.constant);
    } else if (v.operation == TERM_APPLY && v.argument_count == 0) {
        put_name(out, pool, v.symbol);
    } else {
        if (v.operation == TERM_APPLY) {
            fputc('(', out);
            put_name(out, pool, v.symbol);
        } else if (v.operation == TERM_EXTRACT) {
            fprintf(out, "((_ extract %u %u)", v.low + v.width - 1, v.low);
        } else {
            fprintf(out, "%s(%s", is_comparison(v.operation) ? "(ite " : "", operator_name(v.operation));
        }
        for (unsigned i = 0; i < v.argument_count; i++) {
            fprintf(out, v.operation == TERM_IF && i == 0 ? " (= t%u #b1)" : " t%u", v.arguments[i]);
        }
        fputs(is_comparison(v.operation) ? ") #b1 #b0)" : ")", out);
    }
    fputs(")\n", out);
}

static void put_declaration(FILE *out, const struct term_pool *pool, symbol s) {
    fputs("(declare-fun ", out);
    put_name(out, pool, s);
    fputs(" (", out);
    for (unsigned i = 0; i < term_symbol_argument_count(pool, s); i++) {
        fprintf(out, "%s(_ BitVec %u)", i == 0 ? "" : " ", term_symbol_argument_widths(pool, s)[i]);
    }
    fprintf(out, ") (_ BitVec %u))\n", term_symbol_width(pool, s));
}

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
            put_declaration(out, pool, v.symbol);
        }
    }
    for (size_t t = 0; t <= query; t++) {
        if (marks[t] != 0) {
            put_definition(out, pool, (term)t);
        }
    }
    fprintf(out, "(assert (= t%u #b1))\n(check-sat)\n", query);
    free(marks);
    free(declared);
    return ferror(out) == 0;
}
