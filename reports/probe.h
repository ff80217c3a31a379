/* What a machine under test did, as text and as JSON. Both return false when memory is exhausted. */
#ifndef POPEK_REPORTS_PROBE_H
#define POPEK_REPORTS_PROBE_H

#include "../hardware/probe.h"

#include <stdio.h>

/* A summary first, then one run of each form that differs: instruction, state, expected, seen, which property it breaks. Dry run: what would run. */
bool report_probe_text(FILE *out, const struct probe *p, bool coloured);
/* {"isa","probes":[{"backend","machine":[],"totals":{},"forms":[],"rows":[]}]} */
bool report_probe_json(FILE *out, const struct isa *isa, const struct probe *const *probes, size_t count);

#endif
