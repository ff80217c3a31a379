/* The evidence matrix as text and as JSON. Both return false when memory is exhausted. */
#ifndef POPEK_REPORTS_EVIDENCE_H
#define POPEK_REPORTS_EVIDENCE_H

#include "../evidence/evidence.h"

#include <stdio.h>

/* Totals, what is against the tables, what is empty and why cells are excluded; the rows themselves when there are few, or `detailed`. */
bool report_evidence_text(FILE *out, const struct evidence *e, bool detailed, bool coloured);
/* {"isa","profile","totals":{},"rows":[{"form","mode","class","answers":{},"cells":{}}],"exclusions":[],"sources":[],"assumptions":[]} */
bool report_evidence_json(FILE *out, const struct evidence *e);

#endif
