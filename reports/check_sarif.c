/* The check of handlers as SARIF 2.1.0 (OASIS): the places are the checks in the description; fingerprints have neither lines nor values. */
#include "check.h"

#include <jansson.h>
#include <string.h>

struct sarif {
    json_t *rules, *results, *numbers;
    bool good;
};

static json_t *text_of(const char *text) {
    json_t *value = json_string(text);
    return value != NULL ? value : json_string("?"); /* no UTF-8 */
}

static json_int_t rule_number(struct sarif *s, enum check_property p) {
    const char *id = check_property_rule(p);
    json_t *known = json_object_get(s->numbers, id);
    if (known != NULL) {
        return json_integer_value(known);
    }
    json_int_t number = (json_int_t)json_array_size(s->rules);
    json_t *rule =
        json_pack("{s:s, s:{s:s}, s:{s:s}}", "id", id, "shortDescription", "text", check_property_title(p), "defaultConfiguration", "level", "error");
    s->good = json_array_append_new(s->rules, rule) == 0 && json_object_set_new(s->numbers, id, json_integer(number)) == 0 && s->good;
    return number;
}

static void add_finding(struct sarif *s, const struct check_report *r, const struct check_finding *f) {
    const struct form *form = &r->isa->forms[f->form];
    const struct place *place = f->place.file != NULL ? &f->place : &form->place;
    char section[400];
    char text[700];
    char fingerprint[300];
    check_section(r, f, section, sizeof section);
    (void)snprintf(text, sizeof text, "%s in %s mode: %s. Expected %s, seen %s. %s", form->text, r->isa->modes[f->mode].name,
                   check_property_title(f->property), f->expected, f->seen, section);
    (void)snprintf(fingerprint, sizeof fingerprint, "%s/%s", r->isa->name, f->fingerprint);
    json_t *location =
        json_pack("{s:{s:{s:s}, s:{s:i}}, s:[{s:o, s:s}]}", "physicalLocation", "artifactLocation", "uri", place->file, "region", "startLine",
                  place->line == 0 ? 1 : (int)place->line, "logicalLocations", "fullyQualifiedName", text_of(form->text), "kind", "function");
    json_t *result = json_pack("{s:s, s:I, s:s, s:s, s:{s:o}, s:[o], s:{s:s}}", "ruleId", check_property_rule(f->property), "ruleIndex",
                               rule_number(s, f->property), "level", "error", "kind", "fail", "message", "text", text_of(text), "locations", location,
                               "partialFingerprints", "popek/v1", fingerprint);
    if (f->standing == CHECK_ACCEPTED && result != NULL) {
        (void)json_object_set_new(result, "suppressions",
                                  json_pack("[{s:s, s:o}]", "kind", "external", "justification", text_of(f->reason == NULL ? "" : f->reason)));
    }
    s->good = result != NULL && json_array_append_new(s->results, result) == 0 && s->good;
}

bool report_check_sarif(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    (void)coloured;
    struct sarif s = {json_array(), json_array(), json_object(), true};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < reports[i]->finding_count; k++) {
            add_finding(&s, reports[i], &reports[i]->findings[k]);
        }
    }
    json_t *log = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:O}}, s:O}]}", "$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
                            "runs", "tool", "driver", "name", "popek", "rules", s.rules, "results", s.results);
    bool good = s.good && log != NULL && json_dumpf(log, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0;
    (void)fputc('\n', out);
    json_decref(log);
    json_decref(s.rules);
    json_decref(s.results);
    json_decref(s.numbers);
    return good;
}
