/* A log of SARIF 2.1.0 (OASIS) in the making: one run of popek, rules that stand once, results. */
#ifndef POPEK_REPORTS_SARIF_H
#define POPEK_REPORTS_SARIF_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct sarif {
    json_t *rules, *results;
    json_t *numbers; /* rule id to its index */
    bool good;       /* memory has not been exhausted */
};
void sarif_open(struct sarif *s);
/* A string, or "?" for text that is no UTF-8. */
json_t *sarif_text(const char *text);
/* The index of the rule, which is added when it is new. `level` is that of its results: "error", "warning" or "note". */
json_int_t sarif_rule(struct sarif *s, const char *id, const char *text, const char *level);
/* Takes the result; NULL counts as exhausted memory. Results of another kind than "fail" get the level "none" (section 3.27.10). */
void sarif_add(struct sarif *s, json_t *result);
/* Writes the log and frees everything; false when memory was exhausted. */
bool sarif_close(struct sarif *s, FILE *out);

#endif
