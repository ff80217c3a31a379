/* A scan as SARIF 2.1.0 (OASIS): a rule for each kind of finding and instruction; fingerprints from form, rule and function, never from lines. */
#include "scan_totals.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define RULE_SIZE 96u

struct sarif {
    const struct scan_report *report;
    struct site_texts texts;
    json_t *rules, *results;
    json_t *numbers; /* rule id to its index */
    json_t *seen;    /* how often the same form was found in the same function */
    bool good;
};

static json_t *safe(const char *text) {
    json_t *value = json_string(text);
    return value != NULL ? value : json_string("?"); /* no UTF-8 */
}

static const char *level_of(const struct scan_form *f) { return f->hole ? "error" : strcmp(site_kind(f), "privileged") == 0 ? "note" : "warning"; }

static json_int_t rule_number(struct sarif *s, const char *id, const char *instruction, const struct scan_form *f) {
    json_t *known = json_object_get(s->numbers, id);
    if (known != NULL) {
        return json_integer_value(known);
    }
    json_int_t number = (json_int_t)json_array_size(s->rules);
    char text[160];
    (void)snprintf(text, sizeof text, "%s is %s (%s)%s%s", instruction, strcmp(site_kind(f), "hole") == 0 ? "a hole" : site_kind(f), f->class_name,
                   f->closed_by[0] == '\0' ? "" : "; closed by ", f->closed_by);
    json_t *rule = json_pack("{s:s, s:{s:s}, s:{s:s}}", "id", id, "shortDescription", "text", text, "defaultConfiguration", "level", level_of(f));
    s->good = json_array_append_new(s->rules, rule) == 0 && json_object_set_new(s->numbers, id, json_integer(number)) == 0 && s->good;
    return number;
}

/* The same however the file around the function changes; equal sites of a function are numbered. */
static json_t *fingerprint(struct sarif *s, const char *rule, const struct scan_binary *b, const struct scan_site *site) {
    char key[512];
    char text[560];
    (void)snprintf(key, sizeof key, "%s/%s/%s/%.300s", s->report->isa->name, rule, s->report->isa->forms[site->form].text,
                   site->function == NULL ? b->sections[site->section].name : site->function);
    for (char *c = key; *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x80 ? *c : '?';
    }
    json_int_t number = json_integer_value(json_object_get(s->seen, key));
    s->good = json_object_set_new(s->seen, key, json_integer(number + 1)) == 0 && s->good;
    (void)snprintf(text, sizeof text, "%s/%" JSON_INTEGER_FORMAT, key, number);
    return json_string(text);
}

static json_t *location(const struct scan_site *site, const char *path) {
    json_t *place =
        json_pack("{s:{s:{s:o}, s:{s:I, s:i}, s:{s:I}}}", "physicalLocation", "artifactLocation", "uri", safe(path), "region", "byteOffset",
                  (json_int_t)site->file_offset, "byteLength", site->length, "address", "absoluteAddress", (json_int_t)(site->address & INT64_MAX));
    if (site->function != NULL) {
        json_t *logical = json_pack("[{s:o, s:s}]", "fullyQualifiedName", safe(site->function), "kind", "function");
        (void)json_object_set_new(place, "logicalLocations", logical);
    }
    return place;
}

static json_t *source_location(const struct scan_site *site) {
    return json_pack("{s:{s:{s:o}, s:{s:I}}}", "physicalLocation", "artifactLocation", "uri", safe(site->source), "region", "startLine",
                     (json_int_t)site->line);
}

static void add_site(struct sarif *s, const struct scan_binary *b, const struct scan_site *site, const char *path) {
    char rule[RULE_SIZE];
    char text[192];
    const struct scan_form *f = site_form(b, site);
    const char *instruction = s->report->isa->forms[site->form].instruction;
    (void)snprintf(rule, sizeof rule, "%s/%s", site_kind(f), instruction);
    site_text(&s->texts, s->report, site, text, sizeof text);
    json_t *result = json_pack("{s:s, s:I, s:s, s:s, s:{s:s}, s:[o], s:{s:o}}", "ruleId", rule, "ruleIndex", rule_number(s, rule, instruction, f),
                               "level", level_of(f), "kind", f->undecided ? "open" : "fail", "message", "text", text, "locations",
                               location(site, path), "partialFingerprints", "popek/v1", fingerprint(s, rule, b, site));
    if (f->undecided && result != NULL) {
        (void)json_object_set_new(result, "level", json_string("none")); /* SARIF 3.27.10: of every kind but "fail" */
    }
    if (site->source != NULL && result != NULL) {
        (void)json_object_set_new(result, "relatedLocations", json_pack("[o]", source_location(site)));
    }
    s->good = result != NULL && json_array_append_new(s->results, result) == 0 && s->good;
}

static bool write(FILE *out, struct sarif *s) {
    json_t *log = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:O}}, s:O}]}", "$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
                            "runs", "tool", "driver", "name", "popek", "rules", s->rules, "results", s->results);
    bool good = log != NULL && json_dumpf(log, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0;
    (void)fputc('\n', out);
    json_decref(log);
    return good;
}

bool report_scan_sarif(FILE *out, const struct scan_report *r) {
    struct sarif s = {r, {{0}}, json_array(), json_array(), json_object(), json_object(), true};
    for (size_t i = 0; i < r->count; i++) {
        for (size_t k = 0; k < r->results[i].binary_count; k++) {
            const struct scan_binary *b = &r->results[i].binaries[k];
            for (size_t n = 0; !r->summary && n < b->site_count; n++) {
                add_site(&s, b, &b->sites[n], r->paths[i]);
            }
        }
    }
    bool good = s.good && write(out, &s);
    site_texts_close(&s.texts);
    json_decref(s.rules);
    json_decref(s.results);
    json_decref(s.numbers);
    json_decref(s.seen);
    return good;
}
