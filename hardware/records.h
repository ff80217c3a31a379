/* Recorded differences between the tables and machines, and forms that a backend does not run. Lines of five fields:
 *
 *     BACKEND | INSTRUCTION or form text | PART, PART ... | BLAME | reason, with its source
 *
 * BACKEND may be `any`. A PART is the name of a difference ("rflags", "outcome"); a * at its end stands for the rest. The parts `excluded` take the
 * form out of what is run. BLAME: processor, kernel, hypervisor, emulator. `#` starts a comment. */
#ifndef POPEK_HARDWARE_RECORDS_H
#define POPEK_HARDWARE_RECORDS_H

#include "compare.h"

struct record {
    const char *backend, *form, *parts, *blame, *reason;
};
struct records;
/* NULL: *message (free it) names the bad line, or is NULL when memory is exhausted. `text` may be NULL: no records. */
struct records *records_read(const char *text, char **message);
void records_free(struct records *r);
/* The record that explains every one of the differences, else NULL. */
const struct record *records_find(const struct records *r, const char *backend, const struct form *form, const struct difference *differences,
                                  size_t count);
const struct record *records_exclusion(const struct records *r, const char *backend, const struct form *form);

#endif
