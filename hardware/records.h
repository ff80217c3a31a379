/* Recorded differences between the tables and machines, row by row, and forms that a backend does not run. A file of lines, `#` starts a comment:
 *
 *     because NAME | BLAME | what happens and why, with its source
 *     on BACKEND: TEXT
 *     FORM | WHERE | WHAT | NAME
 *
 * `on` starts the rows of a backend (`any`: all of them) whose machine has TEXT in its description (no TEXT: whatever the machine). FORM is the text
 * of a form, else the name of an instruction. WHERE: `*`, or MODE/CPL ..., each of both may be `*`. WHAT: `EXPECTED -> SEEN` for another outcome
 * (patterns with `*` and `?`), the names of components that differ (a `*` at the end stands for the rest), or `excluded` for what is not run where
 * CPUID has its extension. BLAME: processor, kernel, hypervisor, emulator, backend (what it cannot run), tables (what CAVEATS.md says they leave
 * out). */
#ifndef POPEK_HARDWARE_RECORDS_H
#define POPEK_HARDWARE_RECORDS_H

#include "compare.h"

struct record {
    const char *backend, *machine; /* machine: NULL, any */
    const char *form, *where, *what;
    const char *name, *blame, *reason; /* of the cause */
    unsigned line;
    bool exact; /* `form` is the text of a form, and the row is about no other form of the instruction */
};
struct records;
/* NULL: *message (free it) names the bad line, or is NULL when memory is exhausted. `text` may be NULL: no records. */
struct records *records_read(const char *text, char **message);
void records_free(struct records *r);
/* Finds out which rows are about one form and which about an instruction. NULL: every row is about something in the isa; else the first that is not.
 */
const struct record *records_bind(struct records *r, const struct isa *isa);

size_t records_count(const struct records *r);
const struct record *records_at(const struct records *r, size_t i);
/* The row is about this machine; about this form in this world. */
bool record_is_on(const struct record *r, const char *backend, const char *description);
bool record_is_about(const struct record *r, const struct form *form, const struct world *world);
bool record_excludes(const struct record *r);
/* What was seen of a run, in the words of describe_prediction and describe_result. */
struct observation {
    const char *expected, *seen;
    const struct difference *differences;
    size_t count; /* may be more than DIFFERENCES_MOST */
};
/* The row explains every one of the differences. */
bool record_explains(const struct record *r, const struct observation *o);

#endif
