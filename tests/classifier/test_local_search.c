/* The local search finds models that are models, and none where there are none. */
#include "../../classifier/local_search.h"
#include "../../isa-model/term_cone.h"
#include "../tests.h"

#include <stdlib.h>

enum { WIDTH = 16, VARIABLES = 6, ROUNDS = 400 };

static uint64_t state = 88172645463325252u;

static uint64_t chance(uint64_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % below;
}

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
    return valuation_get(context, s, arguments, argument_count);
}

static bool is_true(const struct term_pool *pool, term query, const struct valuation *model) {
    word128 value = 0;
    return term_evaluate(pool, &query, 1, look_up, (struct valuation *)(uintptr_t)model, &value) && value != 0;
}

/* A term of every operator, over variables and an array. */
static term random_word(struct term_pool *p, unsigned depth) {
    static const enum term_operator operators[] = {TERM_AND,      TERM_OR,       TERM_XOR,        TERM_ADD,
                                                   TERM_SUBTRACT, TERM_MULTIPLY, TERM_SHIFT_LEFT, TERM_SHIFT_RIGHT};
    static const unsigned widths[] = {WIDTH};
    static const char *const names[VARIABLES] = {"a", "b", "c", "d", "e", "f"};
    if (depth == 0) {
        return chance(4) == 0 ? term_constant(p, WIDTH, chance(1u << WIDTH))
                              : term_apply(p, term_symbol(p, names[chance(VARIABLES)], WIDTH, NULL, 0), NULL, 0);
    }
    term a = random_word(p, depth - 1);
    term b = random_word(p, depth - 1);
    switch (chance(6)) {
    case 0:
        return term_apply(p, term_symbol(p, "array", WIDTH, widths, 1), &a, 1);
    case 1:
        return term_if(p, term_less(p, a, b), a, random_word(p, depth - 1));
    case 2:
        return term_concatenate(p, term_extract(p, WIDTH / 2 - 1, 0, a), term_extract(p, WIDTH - 1, WIDTH / 2, b));
    case 3:
        return term_not(p, a);
    default:
        return term_binary(p, operators[chance(sizeof operators / sizeof operators[0])], a, b);
    }
}

static term random_condition(struct term_pool *p) {
    term a = random_word(p, 2);
    term b = random_word(p, 2);
    term condition = chance(3) == 0 ? term_equal(p, a, b) : chance(2) == 0 ? term_less(p, a, b) : term_binary(p, TERM_SIGNED_LESS, a, b);
    return chance(2) == 0 ? term_not(p, condition) : condition;
}

/* Random queries: what is found is checked with the evaluator, and most that are satisfiable (one was made true on purpose) are found. */
static void test_models(void) {
    unsigned found = 0;
    unsigned wrong = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct term_pool *pool = term_pool_new();
        struct local_search *search = local_search_new(pool);
        struct valuation *model = NULL;
        term query = term_true(pool);
        for (unsigned i = 0; i < 4; i++) {
            query = term_and(pool, query, random_condition(pool));
        }
        if (CHECK(local_search_run(search, query, NULL, round, 5000, &model), "the search runs") && model != NULL) {
            found++;
            wrong += is_true(pool, query, model) ? 0 : 1;
        }
        valuation_free(model);
        local_search_free(search);
        term_pool_free(pool);
    }
    CHECK(wrong == 0, "%u of %u models are none", wrong, found);
    CHECK(found > ROUNDS / 2, "of %u queries, only %u models were found", (unsigned)ROUNDS, found);
}

/* Conditions without a model: nothing is found, also where the contradiction shows only through an array. */
static void test_contradictions(void) {
    static const unsigned widths[] = {WIDTH};
    struct term_pool *p = term_pool_new();
    struct local_search *search = local_search_new(p);
    term a = term_apply(p, term_symbol(p, "a", WIDTH, NULL, 0), NULL, 0);
    term b = term_apply(p, term_symbol(p, "b", WIDTH, NULL, 0), NULL, 0);
    symbol array = term_symbol(p, "array", WIDTH, widths, 1);
    term at_a = term_apply(p, array, &a, 1);
    term at_b = term_apply(p, array, &b, 1);
    term three = term_constant(p, WIDTH, 3);
    const term queries[] = {
        term_and(p, term_less(p, a, b), term_less(p, b, a)),
        term_and(p, term_equal(p, a, b), term_not(p, term_equal(p, at_a, at_b))),
        term_and(p, term_equal(p, a, three), term_and(p, term_equal(p, b, three), term_less(p, at_a, at_b))),
    };
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct valuation *model = NULL;
        CHECK(local_search_run(search, queries[i], NULL, 0, 20000, &model) && model == NULL, "contradiction %zu has a model", i);
        valuation_free(model);
    }
    local_search_free(search);
    term_pool_free(p);
}

/* The same query, start and seed: the same model. */
static void test_repeatable(void) {
    struct term_pool *pool = term_pool_new();
    struct local_search *search = local_search_new(pool);
    state = 4711;
    term query = term_and(pool, random_condition(pool), random_condition(pool));
    struct valuation *models[2] = {NULL, NULL};
    for (unsigned i = 0; i < 2; i++) {
        CHECK(local_search_run(search, query, NULL, 7, 5000, &models[i]) && models[i] != NULL, "a model is found");
    }
    bool same = models[0] != NULL && models[1] != NULL && valuation_size(models[0]) == valuation_size(models[1]);
    for (size_t i = 0; same && i < valuation_size(models[0]); i++) {
        const struct valuation_entry *e = &valuation_entries(models[0])[i];
        same = valuation_get(models[1], e->symbol, e->arguments, e->argument_count) == e->value;
    }
    CHECK(same, "two searches find different models");
    valuation_free(models[0]);
    valuation_free(models[1]);
    local_search_free(search);
    term_pool_free(pool);
}

static const struct test tests[] = {{"models", test_models}, {"contradictions", test_contradictions}, {"repeatable", test_repeatable}};
const struct suite local_search_suite = SUITE("search", tests);
