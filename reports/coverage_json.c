/* What the tables have, as JSON: {"isa","forms","unaccounted","instructions":[{"capstone","name","kind","reason","modes":[...]}]}. */
#include "reports.h"
#include "json_write.h"

#include <jansson.h>

static const char *const kinds[] = {"exact", "template", "excluded", "unaccounted"};

static json_t *json_row(const struct isa *isa, const struct coverage_row *row, bool known) {
    json_t *modes = json_array();
    for (size_t mode = 0; mode < isa->mode_count; mode++) {
        if ((row->modes >> mode & 1) != 0) {
            (void)json_array_append_new(modes, json_string(isa->modes[mode].name));
        }
    }
    return json_pack("{s:s?, s:s?, s:s, s:s, s:o}", "capstone", known ? row->name : NULL, "name",
                     known || row->name == NULL ? row->instruction : row->name, "kind", kinds[row->kind], "reason", row->reason, "modes", modes);
}

bool report_coverage_json(FILE *out, const struct isa *isa, const struct coverage *c) {
    json_t *rows = json_array();
    int unaccounted = 0;
    for (size_t i = 0; i < c->row_count; i++) {
        unaccounted += c->rows[i].kind == COVERAGE_UNACCOUNTED ? 1 : 0;
        (void)json_array_append_new(rows, json_row(isa, &c->rows[i], i < c->known_count));
    }
    bool complete = json_array_size(rows) == c->row_count;
    json_t *report = json_pack("{s:s, s:i, s:i, s:i, s:o}", "isa", isa->name, "forms", (int)isa->form_count, "capstone_ids", (int)c->known_count,
                               "unaccounted", unaccounted, "instructions", rows);
    return json_write(out, report, 2) && complete;
}
