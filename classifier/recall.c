/* Tries the models of earlier questions on a new one. A model found so is as good as the solver's: the query is true under it. */
#include "recall.h"

#include "../isa-model/term_cone.h"

#include <stdlib.h>

#define KINDS 16u
#define MODES 64u
#define REMEMBERED 24u /* of each kind, the most recent */

struct remembered {
    const struct valuation *model;
    unsigned mode;
};

struct recall {
    const struct term_pool *pool;
    struct cone *cone;
    struct remembered models[KINDS][REMEMBERED];
    unsigned next[KINDS];
    const struct valuation *latest[KINDS][MODES]; /* of each mode */
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

void recall_add(struct recall *recall, const struct recall_topic *topic, const struct valuation *model) {
    unsigned *next = &recall->next[topic->kind % KINDS];
    recall->models[topic->kind % KINDS][*next % REMEMBERED] = (struct remembered){model, topic->mode};
    recall->latest[topic->kind % KINDS][topic->mode % MODES] = model;
    (*next)++;
}

const struct valuation *recall_recent(const struct recall *recall, unsigned kind, unsigned age) {
    kind %= KINDS;
    bool known = age < REMEMBERED && age < recall->next[kind];
    return known ? recall->models[kind][(recall->next[kind] - 1 - age) % REMEMBERED].model : NULL;
}

/* A model, with the variables of the frame taken from another one. */
struct framed {
    const struct valuation *model, *frame;
    const struct recall_topic *topic;
};

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned argument_count) {
    const struct framed *f = context;
    if (f->frame != NULL && argument_count == 0) {
        for (size_t i = 0; i < f->topic->frame_count; i++) {
            if (f->topic->frame[i] == s) {
                return valuation_get(f->frame, s, NULL, 0);
            }
        }
    }
    return valuation_get(f->model, s, arguments, argument_count);
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

bool recall_try(struct recall *recall, term query, const struct recall_topic *topic, struct valuation **model) {
    unsigned kind = topic->kind % KINDS;
    const struct valuation *frame = recall->latest[kind][topic->mode % MODES];
    unsigned count = recall->next[kind] < REMEMBERED ? recall->next[kind] : REMEMBERED;
    *model = NULL;
    if (count == 0) {
        return true;
    }
    if (!cone_collect(recall->cone, &query, 1)) {
        return false;
    }
    for (unsigned i = 1; i <= count; i++) {
        const struct remembered *candidate = &recall->models[kind][(recall->next[kind] - i) % REMEMBERED];
        struct framed framed = {candidate->model, candidate->mode == topic->mode ? NULL : frame, topic};
        cone_evaluate(recall->cone, look_up, &framed);
        if (cone_value(recall->cone, query) != 0) {
            *model = restricted(recall);
            return *model != NULL;
        }
    }
    return true;
}

bool recall_apply(struct recall *recall, term query, const struct valuation *candidate, struct valuation **model) {
    struct framed framed = {candidate, NULL, NULL};
    *model = NULL;
    if (!cone_collect(recall->cone, &query, 1)) {
        return false;
    }
    cone_evaluate(recall->cone, look_up, &framed);
    if (cone_value(recall->cone, query) == 0) {
        return true;
    }
    *model = restricted(recall);
    return *model != NULL;
}
