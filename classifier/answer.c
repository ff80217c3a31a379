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
    term query;              /* the whole */
    term rest;               /* without what its own conditions decide */
    struct valuation *fixed; /* what those decided */
};

/* A model of the rest, with what was fixed, as a model of the query; NULL when it is none. */
static bool complete(const struct search *s, const struct valuation *rest, struct valuation **model) {
    struct valuation *both = valuation_new();
    bool good = both != NULL;
    for (unsigned part = 0; part < 2; part++) {
        const struct valuation *from = part == 0 ? rest : s->fixed;
        for (size_t i = 0; good && from != NULL && i < valuation_size(from); i++) {
            const struct valuation_entry *e = &valuation_entries(from)[i];
            good = valuation_set(both, e->symbol, e->arguments, e->argument_count, e->value);
        }
    }
    good = good && recall_apply(s->c->recall, s->query, both, model);
    valuation_free(both);
    return good;
}

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
    struct term_pool *pool = s->c->context.isa->pool;
    struct search narrow = *s;
    struct valuation *found = NULL;
    enum answer answer = ANSWER_NO;
    *model = NULL;
    term query = query_build_narrow(&s->c->context, a->semantics, a->mode, a->question, a->configuration);
    if (query == TERM_NONE || term_pool_failed(pool)) {
        return false;
    }
    if (query == s->query || term_is_constant(pool, query, NULL)) {
        return true;
    }
    bool good = local_search_simplify(s->c->local_search, pool, query, &narrow.rest, &narrow.fixed);
    good =
        good && walk(s, narrow.rest, WALKS, LONG_WALK, &found) && (found != NULL || solver_ask(s->c->solver, narrow.rest, MEDIUM, &answer, &found));
    good = good && (found == NULL || complete(&narrow, found, model));
    valuation_free(found);
    valuation_free(narrow.fixed);
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
        if (good && first != NULL) {
            struct valuation *twins = query_twin(&s->c->context, a->question, first);
            good = twins != NULL && local_search_run(s->c->local_search, s->query, twins, i, SHORT_WALK, model);
            valuation_free(twins);
        }
        valuation_free(first);
    }
    return good;
}

/* The rest of the query, which is no constant. `*model` is one of the rest. */
static bool search_rest(const struct search *s, enum answer *answer, struct valuation **model) {
    *answer = ANSWER_YES;
    if (!walk(s, s->rest, 1, SHORT_WALK, model) || (*model == NULL && !solver_ask(s->c->solver, s->rest, BRIEF, answer, model))) {
        return false;
    }
    if (*answer != ANSWER_UNDECIDED) {
        return true;
    }
    *answer = ANSWER_YES;
    return search_twins(s, model) && (*model != NULL || search_narrow(s, model)) && (*model != NULL || walk(s, s->rest, WALKS, LONG_WALK, model)) &&
           (*model != NULL || solver_ask(s->c->solver, s->rest, 1, answer, model));
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

/* Queries that differ in what their conditions decide often have the same rest: it is asked once. */
static bool search_simplified(struct search *s, struct answered *result) {
    if (!local_search_simplify(s->c->local_search, s->c->context.isa->pool, s->query, &s->rest, &s->fixed) || !make_room(s->c, s->rest)) {
        return false;
    }
    const struct answered *known = &s->c->answered[s->rest];
    word128 truth = 0;
    enum answer answer = known->answer;
    struct valuation *model = NULL;
    bool good = true;
    if (term_is_constant(s->c->context.isa->pool, s->rest, &truth)) {
        answer = truth != 0 ? ANSWER_YES : ANSWER_NO;
    } else if (!known->known) {
        good = search_rest(s, &answer, &model);
        if (good && answer != ANSWER_YES && s->rest != s->query) {
            s->c->answered[s->rest] = (struct answered){.known = true, .answer = answer};
        }
    }
    good = good && (answer != ANSWER_YES || complete(s, model != NULL ? model : known->model, &result->model));
    result->answer = answer;
    if (good && answer == ANSWER_YES && result->model == NULL) { /* the simplification lost something: ask the whole query */
        good = solver_ask(s->c->solver, s->query, 1, &result->answer, &result->model);
    }
    valuation_free(model);
    return good;
}

static bool search(struct search *s, struct answered *result) {
    result->answer = ANSWER_YES;
    return recall_try(s->c->recall, s->query, s->topic, &result->model) && (result->model != NULL || search_simplified(s, result));
}

/* Equal terms are one question: forms that share a template, and the search that asks what the verdicts asked, are decided once. */
struct answered *answer_of(struct classifier *c, term query, const struct asked *asked) {
    struct answered found = {.known = true};
    if (!make_room(c, query)) {
        return NULL;
    }
    if (c->answered[query].known) {
        return &c->answered[query];
    }
    symbol frame[64];
    const struct recall_topic topic = {(unsigned)asked->question, asked->mode, frame,
                                       query_frame(&c->context, c->cone, asked->mode, asked->question, frame, 64)};
    struct search s = {c, asked, &topic, query, query, NULL};
    if (term_is_constant(c->context.isa->pool, query, NULL)) {
        found.known = solver_ask(c->solver, query, 1, &found.answer, &found.model);
    } else {
        found.known = search(&s, &found);
    }
    valuation_free(s.fixed);
    if (!found.known) {
        valuation_free(found.model);
        return NULL;
    }
    c->answered[query] = found;
    if (found.model != NULL) {
        recall_add(c->recall, &topic, found.model);
    }
    return &c->answered[query];
}
