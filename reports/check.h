/* What the check of handlers found, in several formats. All return false when memory is exhausted. */
#ifndef POPEK_REPORTS_CHECK_H
#define POPEK_REPORTS_CHECK_H

#include "../checker/checker.h"

#include <stdio.h>

typedef bool check_writer(FILE *out, const struct check_report *const *reports, size_t count, bool coloured);
check_writer report_check_text;
check_writer report_check_json;     /* {"checks":[{"subject","totals":{},"declarations":[],"forms":[],"findings":[],"fixed":[]}]} */
check_writer report_check_junit;    /* a suite for each subject, a case for each form and mode; failure: a finding, skipped: not tried */
check_writer report_check_sarif;    /* 2.1.0; a rule for each property and instruction */
check_writer report_check_tap;      /* 14; a test for each form and mode */
check_writer report_check_csv;      /* a line for each form and mode */
check_writer report_check_markdown; /* totals and findings */

struct check_totals {
    size_t forms, skipped, failing, new_findings, accepted;
    unsigned targets, covered, impossible, undecided, traps, traps_covered;
    uint64_t unhandled;
};
void check_totals(const struct check_report *r, struct check_totals *t);
/* Whether the finding fails the check. */
static inline bool check_counts(const struct check_finding *f) { return f->standing != CHECK_ACCEPTED; }
/* Of a form: its findings that count. */
size_t check_findings_of(const struct check_report *r, const struct check_form *f);
void check_number(word128 value, char *text, size_t size);
/* "SDM vol. 2A, HLT": what the check should be like, and where the tables have it. */
void check_section(const struct check_report *r, const struct check_finding *f, char *text, size_t size);

#endif
