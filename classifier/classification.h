/* Inside of the classifier: what is collected while an ISA is classified. */
#ifndef POPEK_CLASSIFICATION_H
#define POPEK_CLASSIFICATION_H

#include <stdio.h>

#include "local_search.h"
#include "query.h"
#include "recall.h"
#include "smtlib.h"
#include "solver.h"
#include "witness.h"

struct answered {
    bool known;
    enum answer answer;
    size_t file;          /* number of the SMT-LIB file that it was exported to, 0: none yet */
    unsigned fingerprint; /* number of it, 0: none yet */
    struct valuation *model;
};

struct classifier {
    struct query_context context;
    const struct classify_options *options;
    struct solver *solver;
    struct recall *recall;
    struct local_search *local_search;
    FILE *index; /* of the exported queries */
    size_t exported;
    struct cone *cone; /* for looking at what a form depends on */
    unsigned configuration;
    struct form_verdict *verdicts;
    size_t verdict_count;
    struct query_record *queries;
    size_t query_count, query_capacity;
    struct configuration_result plain, best;
    unsigned *never_closed;
    size_t never_closed_count;
    bool searched;
    char (*fingerprints)[FINGERPRINT_TEXT];
    size_t fingerprint_count, fingerprint_capacity;
    struct answered *answered; /* by term */
    size_t answered_size;
    char *message;
    bool internal;
};

/* Notes why it failed, once, and returns false. */
bool fail(struct classifier *c, bool internal, const char *format, const char *a, const char *b);
/* One question of one form in one mode; a witness that does not replay is a failure. `witness` may be NULL, and so may `number`: of the
 * query's fingerprint, when fingerprints are wanted. */
bool ask(struct classifier *c, unsigned form, unsigned mode, enum question question, unsigned configuration, enum answer *answer,
         struct witness **witness, unsigned *number);
/* answer.c: the answer to a question whose query is given, from the cheapest way that has one; equal queries are answered once. NULL: out of memory
 * or an error of the solver. */
struct asked {
    const struct semantics *semantics;
    unsigned mode;
    enum question question;
    unsigned configuration;
};
struct answered *answer_of(struct classifier *c, term query, const struct asked *asked);
/* export.c: the directory of exported queries and its index; one question, whose query is written unless an equal one was. */
bool export_open(struct classifier *c);
bool export_query(struct classifier *c, term query, struct answered *known, const struct query_record *record);
/* fingerprint.c: the number of the query's fingerprint, from 1. False, with the reason: out of memory. */
bool fingerprint(struct classifier *c, term query, struct answered *known, unsigned *number);
/* sharing.c: fills `same_as` of every verdict; gives a verdict the answers of the one that it shares its question with. */
bool find_equals(struct classifier *c);
void copy_verdict(struct classifier *c, struct form_verdict *v);
/* dependence.c: bits of the configuration that the answer for this form depends on; with NULL, any answer in the mode. False: out of memory. */
bool relevant_bits(const struct classifier *c, const struct semantics *semantics, unsigned mode, unsigned *bits);
/* Which configuration of the free bits leaves the fewest holes. */
bool search_configurations(struct classifier *c);
/* False, with the reason, when no guest can run under the chosen configuration. */
bool check_configuration(struct classifier *c);
/* Theorems and assumptions; the result takes over the verdicts. NULL: out of memory. */
struct classification *conclude_all(struct classifier *c);
/* The sentences that go with every result; false: out of memory. */
bool collect_assumptions(const struct classifier *c, struct classification *result);

#endif
