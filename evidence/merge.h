/* Results of parts of the work, joined into what the whole would have given. */
#ifndef POPEK_EVIDENCE_MERGE_H
#define POPEK_EVIDENCE_MERGE_H

#include <jansson.h>

/* Joins documents of `popek probe --format json` (with `probes`), `popek probe --witnesses ... --format json` (with `replays`) or `popek check
 * --format json` (with `checks`): parts of the same work on the same machine or plug-in become one, others stand side by side, in the order of their
 * first part. Every part must be there once. `names`: of the documents, for messages. The result is the caller's; NULL: *message (free it) says why,
 * or is NULL when memory is exhausted. */
json_t *merge_results(json_t *const *documents, const char *const *names, size_t count, char **message);

#endif
