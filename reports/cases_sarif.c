/* Cases as SARIF 2.1.0: a result for each finding; its place is in the description. */
#include "cases_list.h"
#include "sarif.h"

static void add_finding(struct sarif *s, const struct case_item *c, const struct case_finding *f) {
    const char *between = f->source[0] == '\0' ? "" : " ";
    json_t *location =
        json_pack("{s:{s:{s:o}, s:{s:i}}, s:[{s:o, s:s}]}", "physicalLocation", "artifactLocation", "uri",
                  sarif_text(f->place.file == NULL ? "" : f->place.file), "region", "startLine", f->place.line == 0 ? 1 : (int)f->place.line,
                  "logicalLocations", "fullyQualifiedName", sarif_text(c->form), "kind", "function");
    json_t *text = json_sprintf("%s in mode %s: %s. %s%s%s", c->form, c->mode, f->rule_title, f->message, between, f->source);
    json_t *result =
        json_pack("{s:s, s:I, s:s, s:s, s:{s:o}, s:[o], s:{s:o}}", "ruleId", f->rule, "ruleIndex", sarif_rule(s, f->rule, f->rule_title, "error"),
                  "level", "error", "kind", f->kind == FINDING_OPEN ? "open" : "fail", "message", "text", text == NULL ? sarif_text("?") : text,
                  "locations", location, "partialFingerprints", "popek/v1", sarif_text(f->fingerprint));
    if (f->kind == FINDING_ACCEPTED && result != NULL) {
        (void)json_object_set_new(result, "suppressions",
                                  json_pack("[{s:s, s:o}]", "kind", "external", "justification", sarif_text(f->justification)));
    }
    sarif_add(s, result);
}

bool cases_sarif(FILE *out, const struct case_list *l) {
    if (l->failed) {
        return false;
    }
    struct sarif s;
    sarif_open(&s);
    for (size_t i = 0; i < l->item_count; i++) {
        for (size_t k = 0; k < l->items[i].count; k++) {
            add_finding(&s, &l->items[i], &l->findings[l->items[i].first + k]);
        }
    }
    return sarif_close(&s, out);
}
