/* Questions to Z3, and its models as values. */
#include "solver_z3.h"

#include <stdlib.h>

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

static bool value_in(struct solver *s, Z3_model model, term t, word128 *value) {
    Z3_ast result = NULL;
    if (!Z3_model_eval(s->context, model, solver_native(s, t), true, &result) || result == NULL) {
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
    if (!solver_prepare(s) || !cone_collect(s->cone, &query, 1)) {
        return false;
    }
    Z3_solver_reset(s->context, s->solver); /* first, since it also forgets the error code of a check that was given up */
    for (size_t i = 0; i < cone_size(s->cone); i++) {
        term t = cone_terms(s->cone)[i];
        if (s->bits[t] == NULL && s->truth[t] == NULL) {
            solver_translate(s, t);
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
