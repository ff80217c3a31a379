/* Asks every question of every form, and draws the conclusions. */
#include "classification.h"

#include "../isa-model/grow.h"
#include "../isa-model/term_cone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The literal definition of x86 in all modes needs some six million. */
#define MAXIMUM_QUESTION_TERMS 28000000u
#define DEFAULT_RESOURCE_LIMIT 50000000u

static double cpu_seconds(void) {
    struct timespec t;
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0 ? (double)t.tv_sec + (double)t.tv_nsec / 1e9 : 0;
}

bool fail(struct classifier *c, bool internal, const char *format, const char *a, const char *b) {
    if (c->message == NULL && asprintf(&c->message, format, a, b) < 0) {
        c->message = NULL;
    }
    c->internal = c->internal || internal;
    return false;
}

static bool remember(struct classifier *c, const struct query_record *record) {
    struct query_record *larger = array_grow(c->queries, c->query_count, &c->query_capacity, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    c->queries = larger;
    c->queries[c->query_count++] = *record;
    return true;
}

bool ask(struct classifier *c, unsigned form, unsigned mode, enum question question, unsigned configuration, enum answer *answer,
         struct witness **witness, unsigned *number) {
    const struct isa *isa = c->context.isa;
    const struct form *f = &isa->forms[form];
    const struct semantics *semantics = f->semantics[mode];
    double start = cpu_seconds();
    query_context_mode(&c->context, mode);
    term query = query_build(&c->context, semantics, mode, question, configuration);
    const struct asked asked = {semantics, mode, question, configuration};
    struct answered *known = query == TERM_NONE || term_pool_failed(isa->pool) ? NULL : answer_of(c, query, &asked);
    if (known == NULL) {
        return fail(c, true, "the solver could not be asked about %s: %s", f->text,
                    term_pool_failed(isa->pool) ? "too many terms, or out of memory; ask one --mode at a time" : solver_trouble(c->solver));
    }
    *answer = known->answer;
    struct query_record record = {f->text, isa->modes[mode].name, question, configuration, *answer, cpu_seconds() - start};
    bool good = c->options->smt2_directory == NULL || export_query(c, query, known, &record);
    good = good && (!c->options->fingerprints || number == NULL || fingerprint(c, query, known, number));
    good = good && remember(c, &record);
    if (good && *answer == ANSWER_YES) {
        struct witness *w = witness_new(&c->context, semantics, question, known->model);
        good = w != NULL && witness_check(&c->context, semantics, mode, configuration, w);
        if (!good) {
            (void)fail(c, true, "the witness of %s (%s) does not replay", f->text, question_name(question));
        }
        if (good && witness != NULL) {
            *witness = w;
        } else {
            witness_free(w);
        }
    }
    return good;
}

/* --- one form ----------------------------------------------------------------------------------------------------------------------------------- */

static enum answer either(enum answer a, enum answer b) {
    if (a == ANSWER_YES || b == ANSWER_YES) {
        return ANSWER_YES;
    }
    return a == ANSWER_UNDECIDED || b == ANSWER_UNDECIDED ? ANSWER_UNDECIDED : ANSWER_NO;
}

static enum answer both(enum answer a, enum answer b) {
    if (a == ANSWER_NO || b == ANSWER_NO) {
        return ANSWER_NO;
    }
    return a == ANSWER_UNDECIDED || b == ANSWER_UNDECIDED ? ANSWER_UNDECIDED : ANSWER_YES;
}

static enum answer opposite(enum answer a) { return a == ANSWER_UNDECIDED ? a : a == ANSWER_YES ? ANSWER_NO : ANSWER_YES; }

static enum verdict_class class_of(enum answer privileged, enum answer sensitive) {
    if (privileged == ANSWER_UNDECIDED || sensitive == ANSWER_UNDECIDED) {
        return VERDICT_UNDECIDED;
    }
    if (sensitive == ANSWER_YES) {
        return privileged == ANSWER_YES ? VERDICT_PRIVILEGED_SENSITIVE : VERDICT_SENSITIVE_UNPRIVILEGED;
    }
    return privileged == ANSWER_YES ? VERDICT_PRIVILEGED_ONLY : VERDICT_INNOCUOUS;
}

static void conclude(struct form_verdict *v, enum definition definition) {
    const enum answer *a = v->answers;
    v->privileged = opposite(a[QUESTION_USER_ESCAPES]);
    if (definition == DEFINITION_REPAIRED) {
        v->privileged = both(v->privileged, a[QUESTION_SUPERVISOR_RUNS]);
        v->always_traps = opposite(either(a[QUESTION_USER_ESCAPES], a[QUESTION_SUPERVISOR_RUNS]));
    } else {
        v->always_traps = ANSWER_UNDECIDED;
    }
    v->behaviour = either(a[QUESTION_LOCATION], a[QUESTION_MODE]);
    v->sensitive = either(a[QUESTION_CONTROL], v->behaviour);
    v->user_sensitive = either(a[QUESTION_USER_CONTROL], a[QUESTION_USER_LOCATION]);
    v->class = class_of(v->privileged, v->sensitive);
}

/* What is shown in a user state is shown; so the questions about user states come first, and their yes answers the general one. */
static enum question user_question(enum question question) {
    return question == QUESTION_CONTROL ? QUESTION_USER_CONTROL : question == QUESTION_LOCATION ? QUESTION_USER_LOCATION : question;
}

static bool more_telling(enum question question, const struct witness *than) {
    static const int rank[QUESTION_COUNT] = {[QUESTION_HOLE] = 4,     [QUESTION_CONTROL] = 3,       [QUESTION_USER_CONTROL] = 3,
                                             [QUESTION_LOCATION] = 2, [QUESTION_USER_LOCATION] = 2, [QUESTION_MODE] = 1};
    return rank[question] > (than == NULL ? 0 : rank[than->question]);
}

static bool decide(struct classifier *c, struct form_verdict *v) {
    static const enum question order[] = {QUESTION_USER_ESCAPES,  QUESTION_SUPERVISOR_RUNS, QUESTION_USER_CONTROL, QUESTION_CONTROL,
                                          QUESTION_USER_LOCATION, QUESTION_LOCATION,        QUESTION_MODE,         QUESTION_HOLE,
                                          QUESTION_TIMING,        QUESTION_IDENTITY};
    bool literal = c->options->definition == DEFINITION_LITERAL;
    for (int i = 0; i < QUESTION_COUNT; i++) {
        enum question question = order[i];
        struct witness *w = NULL;
        if (literal && question == QUESTION_SUPERVISOR_RUNS) {
            continue;
        }
        if (user_question(question) != question && v->answers[user_question(question)] == ANSWER_YES) {
            v->answers[question] = ANSWER_YES;
            v->fingerprints[question] = v->fingerprints[user_question(question)];
            continue;
        }
        if (!ask(c, v->form, v->mode, question, c->configuration, &v->answers[question], &w, &v->fingerprints[question])) {
            return false;
        }
        if (w != NULL && more_telling(question, v->witness)) {
            witness_free(v->witness);
            v->witness = w;
        } else {
            witness_free(w);
        }
    }
    conclude(v, c->options->definition);
    return true;
}

/* --- all forms ---------------------------------------------------------------------------------------------------------------------------------- */

/* Where it is the name of an instruction, that one alone is meant: CALL is not CALL_FAR, whose forms begin with the word, too. */
static bool is_an_instruction(const struct isa *isa, const char *name) {
    for (size_t i = 0; name != NULL && i < isa->form_count; i++) {
        if (strcasecmp(isa->forms[i].instruction, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool wanted(const struct classifier *c, const struct form *form, unsigned mode, bool exact) {
    const struct classify_options *o = c->options;
    bool named = o->instruction == NULL || strcasecmp(form->instruction, o->instruction) == 0 || strcasecmp(form->text, o->instruction) == 0 ||
                 (!exact && form_is_named(form->instruction, form->text, o->instruction));
    return named && form->semantics[mode] != NULL && (o->mode < 0 || (unsigned)o->mode == mode);
}

static bool list_verdicts(struct classifier *c) {
    const struct isa *isa = c->context.isa;
    c->verdicts = calloc(isa->form_count * isa->mode_count + 1, sizeof *c->verdicts);
    if (c->verdicts == NULL) {
        return false;
    }
    bool exact = is_an_instruction(isa, c->options->instruction);
    for (unsigned form = 0; form < isa->form_count; form++) {
        for (unsigned mode = 0; mode < isa->mode_count; mode++) {
            if (wanted(c, &isa->forms[form], mode, exact)) {
                c->verdicts[c->verdict_count].form = form;
                c->verdicts[c->verdict_count++].mode = mode;
            }
        }
    }
    if (c->verdict_count == 0) {
        return fail(c, false, "no form of '%s' in this mode%s", c->options->instruction == NULL ? isa->name : c->options->instruction, "");
    }
    return true;
}

static bool run_all(struct classifier *c) {
    if (!export_open(c) || !list_verdicts(c) || !find_equals(c)) {
        return false;
    }
    if ((c->options->best || c->options->search) && !search_configurations(c)) {
        return false;
    }
    c->configuration = c->options->best ? c->best.bits : c->options->configuration;
    if (!c->options->best && !check_configuration(c)) {
        return false;
    }
    for (size_t i = 0; i < c->verdict_count; i++) {
        if (c->options->progress != NULL) {
            c->options->progress(c->options->progress_context, i, c->verdict_count);
        }
        if (c->verdicts[i].same_as != i) {
            copy_verdict(c, &c->verdicts[i]);
        } else if (!decide(c, &c->verdicts[i])) {
            return false;
        }
    }
    return true;
}

static void release(struct classifier *c) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        if (c->verdicts[i].same_as == i) {
            witness_free(c->verdicts[i].witness);
        }
    }
    free(c->verdicts);
    free(c->queries);
    free(c->never_closed);
    free(c->fingerprints);
}

struct classification *classify(const struct isa *isa, const struct classify_options *options, char **message, bool *internal) {
    struct classifier c = {0};
    struct classification *result = NULL;
    unsigned limit = options->resource_limit != 0 ? options->resource_limit : DEFAULT_RESOURCE_LIMIT;
    *message = NULL;
    *internal = false;
    c.options = options;
    term_pool_ask(isa->pool, MAXIMUM_QUESTION_TERMS);
    bool good = query_context_open(&c.context, isa, options->profile, options->definition);
    c.solver = good ? solver_new(isa->pool, limit) : NULL;
    c.recall = good ? recall_new(isa->pool) : NULL;
    c.local_search = good ? local_search_new(isa->pool) : NULL;
    c.cone = good ? cone_new(isa->pool) : NULL;
    good = good && c.solver != NULL && c.recall != NULL && c.local_search != NULL && c.cone != NULL && run_all(&c);
    if (good) {
        result = conclude_all(&c);
    }
    if (c.index != NULL && fclose(c.index) != 0 && result == NULL) {
        (void)fail(&c, false, "cannot write the index in %s%s", options->smt2_directory, "");
    }
    if (result == NULL) {
        release(&c);
        *message = c.message;
        *internal = c.internal;
    } else {
        free(c.message);
    }
    for (size_t i = 0; i < c.answered_size; i++) {
        valuation_free(c.answered[i].model);
    }
    free(c.answered);
    recall_free(c.recall);
    local_search_free(c.local_search);
    cone_free(c.cone);
    solver_free(c.solver);
    query_context_close(&c.context);
    return result;
}

bool witness_replays(const struct isa *isa, const struct classify_options *options, unsigned configuration, const struct form_verdict *verdict,
                     const struct witness *witness) {
    struct query_context q;
    if (!query_context_open(&q, isa, options->profile, options->definition)) {
        return false;
    }
    query_context_mode(&q, verdict->mode);
    bool good = witness_check(&q, isa->forms[verdict->form].semantics[verdict->mode], verdict->mode, configuration, witness);
    query_context_close(&q);
    return good;
}

const char *question_name(enum question question) {
    static const char *const names[] = {"user-escapes", "supervisor-runs", "control", "user-control", "location", "user-location", "mode",
                                        "hole",         "timing",          "identity"};
    return names[question];
}

const char *verdict_class_name(enum verdict_class class) {
    static const char *const names[] = {"privileged-sensitive", "sensitive-unprivileged", "privileged-only", "innocuous", "undecided"};
    return names[class];
}
