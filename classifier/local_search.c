/* Propagation-based local search: a condition that fails is followed down to a variable, and its change is kept if it helps. */
#include "local_search.h"

#include "local_problem.h"

#include <stdlib.h>

#define WORSE 64u /* one change in so many is kept although it makes more conditions fail: a way out of dead ends */

struct local_search {
    struct local_problem problem;
};

struct local_search *local_search_new(const struct term_pool *pool) {
    struct local_search *search = calloc(1, sizeof *search);
    if (search == NULL) {
        return NULL;
    }
    search->problem.pool = pool;
    search->problem.cone = cone_new(pool);
    if (search->problem.cone == NULL) {
        free(search);
        return NULL;
    }
    return search;
}

void local_search_free(struct local_search *search) {
    if (search != NULL) {
        local_problem_free(&search->problem);
        free(search);
    }
}

static bool fails(const struct local_problem *p, const struct local_condition *c) { return (p->values[c->place] != 0) != c->wanted; }

/* One of the conditions that fail; NULL when there is none. */
static struct local_condition *choose(const struct local_problem *p, uint64_t *random) {
    struct local_condition *chosen = NULL;
    uint64_t count = 0;
    for (size_t i = 0; i < p->condition_count; i++) {
        if (fails(p, &p->conditions[i]) && local_random(random, ++count) == 0) {
            chosen = &p->conditions[i];
        }
    }
    return chosen;
}

bool local_search_run(struct local_search *search, term query, const struct valuation *near, unsigned seed, unsigned moves,
                      struct valuation **model) {
    struct local_problem *p = &search->problem;
    uint64_t random = 0x2545F4914F6CDD1Du + seed * 0x9E3779B97F4A7C15u;
    *model = NULL;
    if (!local_problem_load(p, query, near)) {
        return false;
    }
    for (unsigned move = 0; move < moves; move++) {
        struct local_condition *condition = choose(p, &random);
        if (condition == NULL) {
            *model = local_problem_model(p);
            return *model != NULL;
        }
        uint32_t place = condition->place;
        word128 value = condition->wanted;
        if (!local_walk(p, &random, &place, &value)) {
            continue;
        }
        unsigned long cost = local_problem_cost(p);
        word128 old = p->values[place];
        if (!local_problem_set(p, place, value)) {
            return false;
        }
        if (local_problem_cost(p) > cost && local_random(&random, WORSE) != 0) {
            condition->weight++;
            if (!local_problem_set(p, place, old)) {
                return false;
            }
        }
    }
    return true;
}

bool local_search_simplify(struct local_search *search, struct term_pool *pool, term query, term *rest, struct valuation **fixed) {
    *fixed = valuation_new();
    bool good = *fixed != NULL;
    size_t before = 0;
    *rest = query;
    /* What was split out of a condition may fix more. */
    do {
        before = good ? valuation_size(*fixed) : 0;
        good = good && local_problem_load(&search->problem, *rest, NULL) && local_problem_rest(&search->problem, pool, rest, *fixed);
    } while (good && valuation_size(*fixed) > before && !term_is_constant(pool, *rest, NULL));
    if (!good) {
        valuation_free(*fixed);
        *fixed = NULL;
    }
    return good;
}
