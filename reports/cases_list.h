/* Inside of a list of cases. */
#ifndef POPEK_REPORTS_CASES_LIST_H
#define POPEK_REPORTS_CASES_LIST_H

#include "cases.h"

struct case_property {
    char *name, *value;
};
struct case_suite {
    char *name;
    double seconds;
    size_t first, count; /* cases */
    struct case_property *properties;
    size_t property_count;
};
struct case_item {
    char *mode, *form, *skipped;
    size_t first, count; /* findings */
};
/* The texts are owned. */
struct case_finding {
    enum finding_kind kind;
    char *texts[7];
    const char *rule, *rule_title, *message, *source, *detail, *fingerprint, *justification;
    struct place place;
};
struct case_list {
    struct case_suite *suites;
    struct case_item *items;
    struct case_finding *findings;
    size_t suite_count, item_count, finding_count;
    size_t suite_room, item_room, finding_room;
    bool failed;
};

/* How many findings of the kind the case has. */
size_t case_findings(const struct case_list *l, const struct case_item *c, enum finding_kind kind);
/* Whether the case says no: refuted or broken. */
bool case_fails(const struct case_list *l, const struct case_item *c);
/* Why nothing is known of a case that does not fail; NULL: it passes. */
const char *case_open(const struct case_list *l, const struct case_item *c);

#endif
