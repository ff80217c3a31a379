/* Terms as Z3 has them: width 1 as a Boolean, all else as bit-vectors, applications of symbols as uninterpreted functions. */
#include "solver_z3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(void **array, size_t old, size_t size, size_t element) {
    unsigned char *larger = realloc(*array, size * element);
    if (larger == NULL) {
        return false;
    }
    memset(larger + old * element, 0, (size - old) * element);
    *array = larger;
    return true;
}

bool solver_prepare(struct solver *s) {
    size_t size = term_pool_size(s->pool);
    size_t functions = term_symbol_count(s->pool);
    if (size > s->size) {
        size_t wanted = size + size / 2;
        if (!grow((void **)&s->bits, s->size, wanted, sizeof(Z3_ast)) || !grow((void **)&s->truth, s->size, wanted, sizeof(Z3_ast))) {
            return false;
        }
        s->size = wanted;
    }
    if (functions > s->function_count) {
        if (!grow((void **)&s->functions, s->function_count, functions, sizeof(Z3_func_decl))) {
            return false;
        }
        s->function_count = functions;
    }
    return true;
}

static Z3_sort sort_of(struct solver *s, unsigned width) { return width == 1 ? Z3_mk_bool_sort(s->context) : Z3_mk_bv_sort(s->context, width); }

static Z3_func_decl function_of(struct solver *s, symbol f) {
    if (s->functions[f] == NULL) {
        Z3_sort domain[TERM_MAXIMUM_ARGUMENTS];
        unsigned count = term_symbol_argument_count(s->pool, f);
        for (unsigned i = 0; i < count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
            domain[i] = sort_of(s, term_symbol_argument_widths(s->pool, f)[i]);
        }
        Z3_symbol name = Z3_mk_int_symbol(s->context, (int)f);
        s->functions[f] = Z3_mk_func_decl(s->context, name, count, domain, sort_of(s, term_symbol_width(s->pool, f)));
    }
    return s->functions[f];
}

static Z3_ast number(struct solver *s, unsigned width, word128 value) {
    bool bits[128];
    for (unsigned i = 0; i < width; i++) {
        bits[i] = ((value >> i) & 1) != 0;
    }
    return Z3_mk_bv_numeral(s->context, width, bits);
}

/* Width 1 lives as a Boolean, and becomes a bit-vector only where bits are put together. */
static Z3_ast as_bits(struct solver *s, term t) {
    if (s->bits[t] == NULL) {
        s->bits[t] = Z3_mk_ite(s->context, s->truth[t], number(s, 1, 1), number(s, 1, 0));
    }
    return s->bits[t];
}

Z3_ast solver_native(struct solver *s, term t) { return term_width(s->pool, t) == 1 ? s->truth[t] : s->bits[t]; }

static Z3_ast translate_truth(struct solver *s, const struct term_view *v) {
    Z3_context c = s->context;
    Z3_ast pair[2];
    switch (v->operation) {
    case TERM_CONSTANT:
        return v->constant != 0 ? Z3_mk_true(c) : Z3_mk_false(c);
    case TERM_NOT:
        return Z3_mk_not(c, s->truth[v->arguments[0]]);
    case TERM_AND:
    case TERM_OR:
        pair[0] = s->truth[v->arguments[0]];
        pair[1] = s->truth[v->arguments[1]];
        return v->operation == TERM_AND ? Z3_mk_and(c, 2, pair) : Z3_mk_or(c, 2, pair);
    case TERM_XOR:
    case TERM_ADD:
    case TERM_SUBTRACT:
        return Z3_mk_xor(c, s->truth[v->arguments[0]], s->truth[v->arguments[1]]);
    case TERM_EQUAL:
        return Z3_mk_eq(c, solver_native(s, v->arguments[0]), solver_native(s, v->arguments[1]));
    case TERM_LESS:
        return Z3_mk_bvult(c, as_bits(s, v->arguments[0]), as_bits(s, v->arguments[1]));
    case TERM_SIGNED_LESS:
        return Z3_mk_bvslt(c, as_bits(s, v->arguments[0]), as_bits(s, v->arguments[1]));
    case TERM_IF:
        return Z3_mk_ite(c, s->truth[v->arguments[0]], s->truth[v->arguments[1]], s->truth[v->arguments[2]]);
    case TERM_EXTRACT:
        return Z3_mk_eq(c, Z3_mk_extract(c, v->low, v->low, as_bits(s, v->arguments[0])), number(s, 1, 1));
    case TERM_MULTIPLY:
        pair[0] = s->truth[v->arguments[0]];
        pair[1] = s->truth[v->arguments[1]];
        return Z3_mk_and(c, 2, pair);
    case TERM_SHIFT_LEFT:
    case TERM_SHIFT_RIGHT:
        pair[0] = s->truth[v->arguments[0]];
        pair[1] = Z3_mk_not(c, s->truth[v->arguments[1]]);
        return Z3_mk_and(c, 2, pair);
    default:
        return NULL;
    }
}

static Z3_ast translate_bits(struct solver *s, const struct term_view *v) {
    Z3_context c = s->context;
    Z3_ast a = v->argument_count > 0 && v->operation != TERM_APPLY && v->operation != TERM_IF ? as_bits(s, v->arguments[0]) : NULL;
    Z3_ast b = v->argument_count == 2 && v->operation != TERM_APPLY ? as_bits(s, v->arguments[1]) : NULL;
    switch (v->operation) {
    case TERM_CONSTANT:
        return number(s, v->width, v->constant);
    case TERM_NOT:
        return Z3_mk_bvnot(c, a);
    case TERM_AND:
        return Z3_mk_bvand(c, a, b);
    case TERM_OR:
        return Z3_mk_bvor(c, a, b);
    case TERM_XOR:
        return Z3_mk_bvxor(c, a, b);
    case TERM_ADD:
        return Z3_mk_bvadd(c, a, b);
    case TERM_SUBTRACT:
        return Z3_mk_bvsub(c, a, b);
    case TERM_MULTIPLY:
        return Z3_mk_bvmul(c, a, b);
    case TERM_SHIFT_LEFT:
        return Z3_mk_bvshl(c, a, b);
    case TERM_SHIFT_RIGHT:
        return Z3_mk_bvlshr(c, a, b);
    case TERM_IF:
        return Z3_mk_ite(c, s->truth[v->arguments[0]], s->bits[v->arguments[1]], s->bits[v->arguments[2]]);
    case TERM_CONCATENATE:
        return Z3_mk_concat(c, a, b);
    case TERM_EXTRACT:
        return Z3_mk_extract(c, v->low + v->width - 1, v->low, a);
    default:
        return NULL;
    }
}

void solver_translate(struct solver *s, term t) {
    struct term_view v = term_look(s->pool, t);
    Z3_ast result = NULL;
    if (v.operation == TERM_APPLY) {
        Z3_ast arguments[TERM_MAXIMUM_ARGUMENTS];
        for (unsigned i = 0; i < v.argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
            arguments[i] = solver_native(s, v.arguments[i]);
        }
        result = Z3_mk_app(s->context, function_of(s, v.symbol), v.argument_count, arguments);
    } else {
        result = v.width == 1 ? translate_truth(s, &v) : translate_bits(s, &v);
    }
    if (v.width == 1) {
        s->truth[t] = result;
    } else {
        s->bits[t] = result;
    }
    Z3_error_code code = Z3_get_error_code(s->context);
    if (s->trouble[0] == '\0' && (result == NULL || code != Z3_OK)) {
        (void)snprintf(s->trouble, sizeof s->trouble, "%s", code == Z3_OK ? "no such operation" : Z3_get_error_msg(s->context, code));
    }
}
