/* Tries the models of earlier questions on a new one. A model found so is as good as the solver's: the query is true under it. */
#include "recall.h"

#include "../isa-model/term_cone.h"

#include <stdlib.h>

#define KINDS 16u
#define REMEMBERED 24u /* of each kind, the most recent */

struct recall {
    const struct term_pool *pool;
    struct cone *cone;
    const struct valuation *models[KINDS][REMEMBERED];
    unsigned next[KINDS];
};

struct recall *recall_new(const struct term_pool *pool) {
    struct recall *recall = calloc(1, sizeof *recall);
    if (recall == NULL) {
        return NULL;
    }
    recall->pool = pool;
    recall->cone = cone_new(pool);
    if (recall->cone == NULL) {
        free(recall);
        return NULL;
    }
    return recall;
}

void recall_free(struct recall *recall) {
    if (recall != NULL) {
        cone_free(recall->cone);
        free(recall);
    }
}

void recall_add(struct recall *recall, unsigned kind, const struct valuation *model) {
    unsigned *next = &recall->next[kind % KINDS];
    recall->models[kind % KINDS][*next % REMEMBERED] = model;
    (*next)++;
}

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
    return valuation_get(context, s, arguments, argument_count);
}

/* The model restricted to what occurs in the query, as the solver gives it. */
static struct valuation *restricted(const struct recall *recall) {
    struct valuation *result = valuation_new();
    bool good = result != NULL;
    for (size_t i = 0; good && i < cone_size(recall->cone); i++) {
        term t = cone_terms(recall->cone)[i];
        struct term_view view = term_look(recall->pool, t);
        word128 arguments[TERM_MAXIMUM_ARGUMENTS];
        for (unsigned k = 0; view.operation == TERM_APPLY && k < view.argument_count; k++) {
            arguments[k] = cone_value(recall->cone, view.arguments[k]);
        }
        good = view.operation != TERM_APPLY || valuation_set(result, view.symbol, arguments, view.argument_count, cone_value(recall->cone, t));
    }
    if (!good) {
        valuation_free(result);
        return NULL;
    }
    return result;
}

bool recall_try(struct recall *recall, term query, unsigned kind, struct valuation **model) {
    *model = NULL;
    kind %= KINDS;
    if (recall->next[kind] == 0) {
        return true;
    }
    if (!cone_collect(recall->cone, &query, 1)) {
        return false;
    }
    unsigned count = recall->next[kind] < REMEMBERED ? recall->next[kind] : REMEMBERED;
    for (unsigned i = 1; i <= count; i++) {
        const struct valuation *candidate = recall->models[kind][(recall->next[kind] - i) % REMEMBERED];
        cone_evaluate(recall->cone, look_up, (void *)(uintptr_t)candidate);
        if (cone_value(recall->cone, query) != 0) {
            *model = restricted(recall);
            return *model != NULL;
        }
    }
    return true;
}

const struct valuation *recall_latest(const struct recall *recall, unsigned kind) {
    kind %= KINDS;
    return recall->next[kind] == 0 ? NULL : recall->models[kind][(recall->next[kind] - 1) % REMEMBERED];
}
