/* Terms to Z3, and Z3's models to values. */
#include "solver.h"

#include "../isa-model/term_cone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void ignore_error(Z3_context context, Z3_error_code code) {
    (void)context;
    (void)code; /* looked at after each call that may fail */
}

static void set_limit(struct solver *s, unsigned limit) {
    Z3_params parameters = Z3_mk_params(s->context);
    Z3_params_inc_ref(s->context, parameters);
    Z3_params_set_uint(s->context, parameters, Z3_mk_string_symbol(s->context, "rlimit"), limit);
    Z3_params_set_uint(s->context, parameters, Z3_mk_string_symbol(s->context, "random_seed"), 1);
    Z3_solver_set_params(s->context, s->solver, parameters);
    Z3_params_dec_ref(s->context, parameters);
}

struct solver *solver_new(const struct term_pool *pool, unsigned resource_limit) {
    struct solver *s = calloc(1, sizeof *s);
    Z3_config config = s == NULL ? NULL : Z3_mk_config();
    if (s == NULL || config == NULL) {
        free(s);
        return NULL;
    }
    Z3_set_param_value(config, "model", "true");
    s->pool = pool;
    s->context = Z3_mk_context(config);
    Z3_del_config(config);
    if (s->context == NULL) {
        free(s);
        return NULL;
    }
    Z3_set_error_handler(s->context, ignore_error);
    s->solver = Z3_mk_simple_solver(s->context);
    if (s->solver == NULL) {
        Z3_del_context(s->context);
        free(s);
        return NULL;
    }
    s->cone = cone_new(pool);
    if (s->cone == NULL) {
        Z3_del_context(s->context);
        free(s);
        return NULL;
    }
    Z3_solver_inc_ref(s->context, s->solver);
    s->resource_limit = resource_limit;
    return s;
}

void solver_free(struct solver *s) {
    if (s == NULL) {
        return;
    }
    Z3_solver_dec_ref(s->context, s->solver);
    Z3_del_context(s->context);
    cone_free(s->cone);
    free(s->bits);
    free(s->truth);
    free(s->functions);
    free(s);
}

static bool grow(void **array, size_t old, size_t size, size_t element) {
    unsigned char *larger = realloc(*array, size * element);
    if (larger == NULL) {
        return false;
    }
    memset(larger + old * element, 0, (size - old) * element);
    *array = larger;
    return true;
}

static bool prepare(struct solver *s) {
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

static Z3_ast native(struct solver *s, term t) { return term_width(s->pool, t) == 1 ? s->truth[t] : s->bits[t]; }

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
        return Z3_mk_eq(c, native(s, v->arguments[0]), native(s, v->arguments[1]));
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

static void translate(struct solver *s, term t) {
    struct term_view v = term_look(s->pool, t);
    Z3_ast result = NULL;
    if (v.operation == TERM_APPLY) {
        Z3_ast arguments[TERM_MAXIMUM_ARGUMENTS];
        for (unsigned i = 0; i < v.argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
            arguments[i] = native(s, v.arguments[i]);
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

static bool value_in(struct solver *s, Z3_model model, term t, word128 *value) {
    Z3_ast result = NULL;
    if (!Z3_model_eval(s->context, model, native(s, t), true, &result) || result == NULL) {
        return false;
    }
    if (term_width(s->pool, t) == 1) {
        *value = Z3_get_bool_value(s->context, result) == Z3_L_TRUE;
        return Z3_get_bool_value(s->context, result) != Z3_L_UNDEF;
    }
    if (!Z3_is_numeral_ast(s->context, result)) {
        return false;
    }
    const char *digits = Z3_get_numeral_string(s->context, result);
    *value = 0;
    for (; *digits != '\0'; digits++) {
        *value = *value * 10 + (unsigned)(*digits - '0');
    }
    return true;
}

static struct valuation *take_model(struct solver *s) {
    Z3_model model = Z3_solver_get_model(s->context, s->solver);
    struct valuation *v = valuation_new();
    if (model == NULL || v == NULL) {
        valuation_free(v);
        return NULL;
    }
    Z3_model_inc_ref(s->context, model);
    bool good = true;
    for (size_t at = 0; at < cone_size(s->cone) && good; at++) {
        term t = cone_terms(s->cone)[at];
        struct term_view view = term_look(s->pool, t);
        word128 arguments[TERM_MAXIMUM_ARGUMENTS];
        word128 value = 0;
        if (view.operation != TERM_APPLY) {
            continue;
        }
        for (unsigned i = 0; i < view.argument_count && good; i++) {
            good = value_in(s, model, view.arguments[i], &arguments[i]);
        }
        good = good && value_in(s, model, t, &value) && valuation_set(v, view.symbol, arguments, view.argument_count, value);
    }
    Z3_model_dec_ref(s->context, model);
    if (!good) {
        valuation_free(v);
        return NULL;
    }
    return v;
}

static bool pose(struct solver *s, term query) {
    if (!prepare(s) || !cone_collect(s->cone, &query, 1)) {
        return false;
    }
    Z3_solver_reset(s->context, s->solver); /* first, since it also forgets the error code of a check that was given up */
    for (size_t i = 0; i < cone_size(s->cone); i++) {
        term t = cone_terms(s->cone)[i];
        if (s->bits[t] == NULL && s->truth[t] == NULL) {
            translate(s, t);
        }
    }
    if (s->trouble[0] != '\0') {
        return false;
    }
    Z3_solver_assert(s->context, s->solver, s->truth[query]);
    return true;
}

bool solver_ask(struct solver *s, term query, unsigned part, enum answer *answer, struct valuation **model) {
    word128 constant = 0;
    *model = NULL;
    *answer = ANSWER_NO;
    if (term_is_constant(s->pool, query, &constant) && constant == 0) {
        return true; /* already decided by simplification */
    }
    if (!pose(s, query)) {
        return false;
    }
    set_limit(s, s->resource_limit / part);
    Z3_lbool result = Z3_solver_check(s->context, s->solver);
    *answer = result == Z3_L_TRUE ? ANSWER_YES : result == Z3_L_FALSE ? ANSWER_NO : ANSWER_UNDECIDED;
    if (result == Z3_L_TRUE) {
        *model = take_model(s);
        *answer = *model == NULL ? ANSWER_UNDECIDED : ANSWER_YES; /* no yes without a witness */
    }
    return true;
}

const char *solver_trouble(const struct solver *s) { return s->trouble[0] == '\0' ? "out of memory" : s->trouble; }
