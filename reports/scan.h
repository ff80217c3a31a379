/* What a scan found, as text, JSON, CSV and SARIF. All return false when memory is exhausted. */
#ifndef POPEK_REPORTS_SCAN_H
#define POPEK_REPORTS_SCAN_H

#include "../isa-model/isa.h"
#include "../scanner/scanner.h"

#include <stdio.h>

struct scan_report {
    const struct isa *isa;
    const char *profile;
    const char *configuration;         /* "plain" or "best" */
    const char *const *paths;          /* as the user gave them, or as found in directories */
    const struct scan_result *results; /* by path */
    size_t count;
    bool summary;     /* totals alone, no sites */
    bool symbols;     /* totals by function too */
    bool breakpoints; /* stops by basic block instead of sites */
};

bool report_scan_text(FILE *out, const struct scan_report *r);
/* docs/scan.md describes it. */
bool report_scan_json(FILE *out, const struct scan_report *r);
/* RFC 4180: a header line and a line for each site, or each stop. */
bool report_scan_csv(FILE *out, const struct scan_report *r);
/* SARIF 2.1.0; one rule for each kind of finding and form. */
bool report_scan_sarif(FILE *out, const struct scan_report *r);

#endif
