/* Results as cases with findings, for programs that know nothing of instruction sets: JUnit, TAP and SARIF are written from these.
 *
 * A list has suites (a profile, a plug-in, a machine), a suite has cases (a form in a mode), a case has findings. Every text is copied. */
#ifndef POPEK_REPORTS_CASES_H
#define POPEK_REPORTS_CASES_H

#include "../isa-model/isa.h"

#include <stdbool.h>
#include <stdio.h>

enum finding_kind {
    FINDING_REFUTED,  /* what should hold does not: failure, not ok, fail */
    FINDING_BROKEN,   /* what was tested was lost, and with it the answer: error, not ok, fail */
    FINDING_OPEN,     /* undecided: skipped, TODO, open */
    FINDING_ACCEPTED, /* refuted, and accepted by the user: only SARIF has it, as suppressed */
    FINDING_KIND_COUNT
};
struct finding {
    enum finding_kind kind;
    const char *rule, *rule_title; /* a stable name, and what it says */
    const char *message;           /* a sentence: what is wrong with this form */
    const char *source;            /* the manual; may be empty */
    const char *detail;            /* lines for people; may be empty */
    const char *fingerprint;       /* of ISA, form and rule, without lines and values */
    const char *justification;     /* of what is accepted */
    const struct place *place;     /* in the description */
};

struct case_list;
struct case_list *cases_new(void); /* NULL: out of memory */
void cases_free(struct case_list *l);
/* What follows belongs to a new suite; `seconds` is the time it took. */
void cases_suite(struct case_list *l, const char *name, double seconds);
/* Of the last suite. */
void cases_property(struct case_list *l, const char *name, const char *value);
/* A case of the last suite; `skipped` says why it was not tried, NULL: it was. */
void cases_add(struct case_list *l, const char *mode, const char *form, const char *skipped);
/* Of the last case. */
void cases_finding(struct case_list *l, const struct finding *f);

typedef bool cases_writer(FILE *out, const struct case_list *l); /* false: out of memory, now or while the list was made */
cases_writer cases_junit, cases_tap, cases_sarif;

#endif
