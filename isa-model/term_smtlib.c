/* Terms as SMT-LIB 2, one definition a term, so that the text is as long as the terms are many. */
#include "term_smtlib.h"

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
void smtlib_put_name(FILE *out, const struct term_pool *pool, symbol s) {
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

void smtlib_put_definition(FILE *out, const struct term_pool *pool, term t, const unsigned *numbers, bool swapped) {
    struct term_view v = term_look(pool, t);
    fprintf(out, "(define-fun t%u () (_ BitVec %u) ", numbers == NULL ? t : numbers[t], v.width);
    if (v.operation == TERM_CONSTANT) {
        put_number(out, v.width, v.constant);
    } else if (v.operation == TERM_APPLY && v.argument_count == 0) {
        smtlib_put_name(out, pool, v.symbol);
    } else {
        if (v.operation == TERM_APPLY) {
            fputc('(', out);
            smtlib_put_name(out, pool, v.symbol);
        } else if (v.operation == TERM_EXTRACT) {
            fprintf(out, "((_ extract %u %u)", v.low + v.width - 1, v.low);
        } else {
            fprintf(out, "%s(%s", is_comparison(v.operation) ? "(ite " : "", operator_name(v.operation));
        }
        for (unsigned i = 0; i < v.argument_count; i++) {
            term a = v.arguments[swapped ? v.argument_count - 1 - i : i];
            fprintf(out, v.operation == TERM_IF && i == 0 ? " (= t%u #b1)" : " t%u", numbers == NULL ? a : numbers[a]);
        }
        fputs(is_comparison(v.operation) ? ") #b1 #b0)" : ")", out);
    }
    fputs(")\n", out);
}

void smtlib_put_declaration(FILE *out, const struct term_pool *pool, symbol s) {
    fputs("(declare-fun ", out);
    smtlib_put_name(out, pool, s);
    fputs(" (", out);
    for (unsigned i = 0; i < term_symbol_argument_count(pool, s); i++) {
        fprintf(out, "%s(_ BitVec %u)", i == 0 ? "" : " ", term_symbol_argument_widths(pool, s)[i]);
    }
    fprintf(out, ") (_ BitVec %u))\n", term_symbol_width(pool, s));
}
