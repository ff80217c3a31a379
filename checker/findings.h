/* Findings as reports show them, from what the child process left. Internal to the checker. */
#ifndef POPEK_CHECKER_FINDINGS_H
#define POPEK_CHECKER_FINDINGS_H

#include "drive.h"

/* False: out of memory. */
bool finding_make(const struct plugin *p, const struct job *job, const struct raw_finding *raw, struct check_finding *f);
/* A C function that shows the finding again; the caller frees it. NULL: out of memory. */
char *finding_test(const struct subject *s, const struct plugin *p, const struct raw_finding *raw, const struct check_finding *f);
/* "done", "#GP(0)" in at most `size` bytes. */
void describe_outcome(const struct isa *isa, uint32_t code, uint64_t argument, char *text, size_t size);
/* What was exercised of the reference. */
void form_count_targets(const struct targets *t, struct check_form *f);

#endif
