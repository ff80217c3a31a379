/* A scan as SARIF 2.1.0 (OASIS): a rule for each kind of finding and instruction; fingerprints from form, rule and function, never from lines. */
#include "sarif.h"
#include "scan_totals.h"

#include <inttypes.h>
#include <string.h>

#define RULE_SIZE 96u

struct writer {
    const struct scan_report *report;
    struct site_texts texts;
    struct sarif log;
    json_t *seen; /* how often the same form was found in the same function */
    bool good;
};

static const char *level_of(const struct scan_form *f) { return f->hole ? "error" : strcmp(site_kind(f), "privileged") == 0 ? "note" : "warning"; }

static json_int_t rule_number(struct writer *w, const char *id, const char *instruction, const struct scan_form *f) {
    char text[160];
    (void)snprintf(text, sizeof text, "%s is %s (%s)%s%s", instruction, strcmp(site_kind(f), "hole") == 0 ? "a hole" : site_kind(f), f->class_name,
                   f->closed_by[0] == '\0' ? "" : "; closed by ", f->closed_by);
    return sarif_rule(&w->log, id, text, level_of(f));
}

/* The same however the file around the function changes; equal sites of a function are numbered. */
static json_t *fingerprint(struct writer *w, const char *rule, const struct scan_binary *b, const struct scan_site *site) {
    char key[512];
    char text[560];
    (void)snprintf(key, sizeof key, "%s/%s/%s/%.300s", w->report->isa->name, rule, w->report->isa->forms[site->form].text,
                   site->function == NULL ? b->sections[site->section].name : site->function);
    for (char *c = key; *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x80 ? *c : '?';
    }
    json_int_t number = json_integer_value(json_object_get(w->seen, key));
    w->good = json_object_set_new(w->seen, key, json_integer(number + 1)) == 0 && w->good;
    (void)snprintf(text, sizeof text, "%s/%" JSON_INTEGER_FORMAT, key, number);
    return json_string(text);
}

static json_t *location(const struct scan_site *site, const char *path) {
    json_t *place =
        json_pack("{s:{s:{s:o}, s:{s:I, s:i}, s:{s:I}}}", "physicalLocation", "artifactLocation", "uri", sarif_text(path), "region", "byteOffset",
                  (json_int_t)site->file_offset, "byteLength", site->length, "address", "absoluteAddress", (json_int_t)(site->address & INT64_MAX));
    if (site->function != NULL) {
        json_t *logical = json_pack("[{s:o, s:s}]", "fullyQualifiedName", sarif_text(site->function), "kind", "function");
        (void)json_object_set_new(place, "logicalLocations", logical);
    }
    return place;
}

static json_t *source_location(const struct scan_site *site) {
    return json_pack("{s:{s:{s:o}, s:{s:I}}}", "physicalLocation", "artifactLocation", "uri", sarif_text(site->source), "region", "startLine",
                     (json_int_t)site->line);
}

static void add_site(struct writer *w, const struct scan_binary *b, const struct scan_site *site, const char *path) {
    char rule[RULE_SIZE];
    char text[192];
    const struct scan_form *f = site_form(b, site);
    const char *instruction = w->report->isa->forms[site->form].instruction;
    (void)snprintf(rule, sizeof rule, "%s/%s", site_kind(f), instruction);
    site_text(&w->texts, w->report, site, text, sizeof text);
    json_t *result = json_pack("{s:s, s:I, s:s, s:s, s:{s:s}, s:[o], s:{s:o}}", "ruleId", rule, "ruleIndex", rule_number(w, rule, instruction, f),
                               "level", level_of(f), "kind", f->undecided ? "open" : "fail", "message", "text", text, "locations",
                               location(site, path), "partialFingerprints", "popek/v1", fingerprint(w, rule, b, site));
    if (site->source != NULL && result != NULL) {
        (void)json_object_set_new(result, "relatedLocations", json_pack("[o]", source_location(site)));
    }
    sarif_add(&w->log, result);
}

bool report_scan_sarif(FILE *out, const struct scan_report *r) {
    struct writer w = {.report = r, .seen = json_object(), .good = true};
    sarif_open(&w.log);
    for (size_t i = 0; i < r->count; i++) {
        for (size_t k = 0; k < r->results[i].binary_count; k++) {
            const struct scan_binary *b = &r->results[i].binaries[k];
            for (size_t n = 0; !r->summary && n < b->site_count; n++) {
                add_site(&w, b, &b->sites[n], r->paths[i]);
            }
        }
    }
    bool good = sarif_close(&w.log, out) && w.good;
    site_texts_close(&w.texts);
    json_decref(w.seen);
    return good;
}
