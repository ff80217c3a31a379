/* What a machine under test did. All return false when memory is exhausted. */
#ifndef POPEK_REPORTS_PROBE_H
#define POPEK_REPORTS_PROBE_H

#include "../hardware/probe.h"

#include <stdio.h>

/* A summary first, then one run of each form that differs: instruction, state, expected, seen, which property it breaks. Dry run: what would run. */
bool report_probe_text(FILE *out, const struct probe *p, bool coloured);
/* {"isa","probes":[{"backend","machine":[],"totals":{},"forms":[],"rows":[]}]} */
typedef bool probe_writer(FILE *out, const struct isa *isa, const struct probe *const *probes, size_t count);
probe_writer report_probe_json;
probe_writer report_probe_junit, report_probe_tap, report_probe_sarif; /* a case for each form, mode and privilege level (reports/cases.h) */
probe_writer report_probe_csv;                                         /* a line for each of them */
probe_writer report_probe_markdown;                                    /* totals, and what differs */

#endif
