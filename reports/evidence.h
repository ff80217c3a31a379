/* The evidence matrix. All return false when memory is exhausted. */
#ifndef POPEK_REPORTS_EVIDENCE_H
#define POPEK_REPORTS_EVIDENCE_H

#include "../evidence/evidence.h"
#include "reports.h"

#include <stdio.h>

/* Totals, what is against the tables, what is empty and why cells are excluded; the rows themselves when there are few, or `detailed`. */
bool report_evidence_text(FILE *out, const struct evidence *e, bool detailed, bool coloured);
/* {"isa","profile","totals":{},"rows":[{"form","mode","class","answers":{},"cells":{}}],"exclusions":[],"sources":[],"assumptions":[]} */
bool report_evidence_json(FILE *out, const struct evidence *e);
/* A case for each form and mode; what is against the tables fails, what is empty is open (reports/cases.h). */
bool report_evidence_junit(FILE *out, const struct evidence *e);
bool report_evidence_tap(FILE *out, const struct evidence *e);
bool report_evidence_sarif(FILE *out, const struct evidence *e);
/* A line for each form and mode: state and text of every cell. */
bool report_evidence_csv(FILE *out, const struct evidence *e);
/* Totals, what is against the tables, and why cells are not filled. */
bool report_evidence_markdown(FILE *out, const struct evidence *e);
/* The page of report_classification_html, with the cells of each form and mode. */
bool report_evidence_html(FILE *out, const struct evidence *e, const struct report_scope *scope, const struct source_reader *reader,
                          const char *style, const char *script);

#endif
