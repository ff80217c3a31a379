/* Results as text for people, and in other formats for programs. Every function returns false when memory is exhausted; errors of the stream are its
 * owner's.
 */
#ifndef POPEK_REPORTS_H
#define POPEK_REPORTS_H

#include "../classifier/classifier.h"
#include "../x86-tables/coverage.h"

#include <stdio.h>

/* What was asked for, as far as a classification does not say it. */
struct report_scope {
    int mode;                /* operating mode, -1: all */
    const char *instruction; /* only this one, NULL: all */
};

bool report_classification_text(FILE *out, const struct classification *c, const struct report_scope *scope, bool coloured);
/* docs/classification.schema.json describes it. */
bool report_classification_json(FILE *out, const struct classification *c, const struct report_scope *scope);
/* One page that needs nothing else: `reader` reads the descriptions, `style` and `script` are the texts of reports/html. */
bool report_classification_html(FILE *out, const struct classification *c, const struct report_scope *scope, const struct source_reader *reader,
                                const char *style, const char *script);
/* For continuous integration: a case for each form and mode, a finding where it stands in the way of Theorem 1 or has a hole (reports/cases.h). */
bool report_classification_junit(FILE *out, const struct classification *c);
bool report_classification_tap(FILE *out, const struct classification *c);
bool report_classification_sarif(FILE *out, const struct classification *c);
/* A line for each form and mode. */
bool report_classification_csv(FILE *out, const struct classification *c);
/* The verdict and what stands in the way, for a wiki or a comment on a change. */
bool report_classification_markdown(FILE *out, const struct classification *c, const struct report_scope *scope);
/* Every verdict of the classification: semantics as written in the source, class, why, witness. */
bool report_explain_text(FILE *out, const struct classification *c, const struct source_reader *reader, bool coloured);

/* Classifications of the same forms under several profiles: those that differ. */
bool report_compare_text(FILE *out, const struct classification *const *list, size_t count, bool coloured);
bool report_compare_json(FILE *out, const struct classification *const *list, size_t count);

bool report_coverage_text(FILE *out, const struct isa *isa, const struct coverage *c);
bool report_coverage_json(FILE *out, const struct isa *isa, const struct coverage *c);

bool report_list_text(FILE *out, const struct isa *isa);
bool report_list_json(FILE *out, const struct isa *isa);
bool report_names_text(FILE *out, const char *const *names, size_t count);
bool report_names_json(FILE *out, const char *const *names, size_t count);

#endif
