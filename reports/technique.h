/* The techniques side by side, as a table for people and as JSON for programs. */
#ifndef POPEK_REPORTS_TECHNIQUE_H
#define POPEK_REPORTS_TECHNIQUE_H

#include "../machine/technique.h"

struct technique_report {
    const char *guest; /* as it was named on the command line */
    unsigned wanted;   /* bit i: enum technique i */
    const struct technique_table *table;
};
/* Lines of at most 80 columns but for names and witnesses. Both return false when memory is exhausted. */
bool report_technique_text(FILE *out, const struct technique_report *r);
bool report_technique_json(FILE *out, const struct technique_report *r);

#endif
