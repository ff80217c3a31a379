/* How a query is answered: cheap ways first, the solver last. Whatever finds a model, the model makes the query true; only the solver says no. */
#include "classification.h"

#include <stdlib.h>
#include <string.h>

#define SHORT_WALK 200u /* changes of the local search */
#define LONG_WALK 2500u
#define WALKS 2u
#define TWINS 12u
#define BRIEF 1000u /* parts of the solver's resources */
#define MEDIUM 25u

struct search {
    struct classifier *c;
    const struct asked *asked;
    const struct recall_topic *topic;
    term query;
};

/* From the models of earlier questions of the kind, or from zeros when there are none. */
static bool walk(const struct search *s, term query, unsigned walks, unsigned moves, struct valuation **model) {
    *model = NULL;
    for (unsigned i = 0; i < walks && *model == NULL; i++) {
        if (!local_search_run(s->c->local_search, query, recall_recent(s->c->recall, s->topic->kind, i), i, moves, model)) {
            return false;
        }
    }
    return true;
}

/* A query with fewer models, for satisfiable ones that are hard: the solver may otherwise look for a long time among what hardly matters. */
static bool search_narrow(const struct search *s, struct valuation **model) {
    const struct asked *a = s->asked;
    term narrow = query_build_narrow(&s->c->context, a->semantics, a->mode, a->question, a->configuration);
    struct valuation *found = NULL;
    enum answer answer = ANSWER_NO;
    *model = NULL;
    if (narrow == TERM_NONE || term_pool_failed(s->c->context.isa->pool)) {
        return false;
    }
    if (narrow == s->query || term_is_constant(s->c->context.isa->pool, narrow, NULL)) {
        return true;
    }
    bool good = walk(s, narrow, WALKS, LONG_WALK, &found) && (found != NULL || solver_ask(s->c->solver, narrow, MEDIUM, &answer, &found));
    good = good && (found == NULL || recall_apply(s->c->recall, s->query, found, model));
    valuation_free(found);
    return good;
}

/* A first state, a second one that is its twin, and from there a short walk until something differs. */
static bool search_twins(const struct search *s, struct valuation **model) {
    const struct asked *a = s->asked;
    *model = NULL;
    if (a->question != QUESTION_LOCATION && a->question != QUESTION_USER_LOCATION && a->question != QUESTION_MODE) {
        return true;
    }
    term alone = query_build_alone(&s->c->context, a->semantics, a->mode, a->question, a->configuration);
    if (alone == TERM_NONE || term_pool_failed(s->c->context.isa->pool)) {
        return false;
    }
    bool good = true;
    for (unsigned i = 0; good && i < TWINS && *model == NULL; i++) {
        struct valuation *first = NULL;
        good = local_search_run(s->c->local_search, alone, NULL, i, LONG_WALK, &first);
        if (first != NULL) {
            struct valuation *twins = query_twin(&s->c->context, a->question, first);
            good = twins != NULL && local_search_run(s->c->local_search, s->query, twins, i, SHORT_WALK, model);
            valuation_free(twins);
        }
        valuation_free(first);
    }
    return good;
}

static bool search_hard(const struct search *s, struct answered *result) {
    if (!search_twins(s, &result->model) || (result->model == NULL && !search_narrow(s, &result->model)) ||
        (result->model == NULL && !walk(s, s->query, WALKS, LONG_WALK, &result->model))) {
        return false;
    }
    result->answer = ANSWER_YES;
    return result->model != NULL || solver_ask(s->c->solver, s->query, 1, &result->answer, &result->model);
}

static bool search(const struct search *s, struct answered *result) {
    result->answer = ANSWER_YES;
    if (!recall_try(s->c->recall, s->query, s->topic, &result->model)) {
        return false;
    }
    if (result->model == NULL && !walk(s, s->query, 1, SHORT_WALK, &result->model)) {
        return false;
    }
    if (result->model == NULL && !solver_ask(s->c->solver, s->query, BRIEF, &result->answer, &result->model)) {
        return false;
    }
    return result->answer != ANSWER_UNDECIDED || search_hard(s, result);
}

static bool make_room(struct classifier *c, term query) {
    if (query >= c->answered_size) {
        size_t wanted = term_pool_size(c->context.isa->pool) * 2;
        struct answered *larger = realloc(c->answered, wanted * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        memset(larger + c->answered_size, 0, (wanted - c->answered_size) * sizeof *larger);
        c->answered = larger;
        c->answered_size = wanted;
    }
    return true;
}

/* Equal terms are one question: forms that share a template, and the search that asks what the verdicts asked, are decided once. */
struct answered *answer_of(struct classifier *c, term query, const struct asked *asked) {
    if (!make_room(c, query)) {
        return NULL;
    }
    struct answered *known = &c->answered[query];
    if (known->known) {
        return known;
    }
    if (term_is_constant(c->context.isa->pool, query, NULL)) {
        known->known = solver_ask(c->solver, query, 1, &known->answer, &known->model);
        return known->known ? known : NULL;
    }
    symbol frame[64];
    const struct recall_topic topic = {(unsigned)asked->question, asked->mode, frame,
                                       query_frame(&c->context, c->cone, asked->mode, asked->question, frame, 64)};
    const struct search s = {c, asked, &topic, query};
    known->known = search(&s, known);
    if (known->known && known->model != NULL) {
        recall_add(c->recall, &topic, known->model);
    }
    return known->known ? known : NULL;
}
