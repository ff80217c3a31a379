/* The evidence matrix as JSON. */
#include "evidence.h"
#include "json_write.h"

#include <jansson.h>

static json_t *json_answers(const struct evidence *e, const struct form_verdict *v) {
    static const char *const names[] = {"no", "yes", "undecided"};
    const struct classification *c = e->classification;
    json_t *object = json_object();
    for (unsigned q = 0; q < QUESTION_COUNT; q++) {
        const char *query = v->fingerprints[q] == 0 ? NULL : c->fingerprints[v->fingerprints[q] - 1];
        (void)json_object_set_new(object, question_name((enum question)q), json_pack("{s:s, s:s?}", "answer", names[v->answers[q]], "query", query));
    }
    return object;
}

static json_t *json_row(const struct evidence *e, const struct evidence_row *row) {
    const struct isa *isa = e->classification->isa;
    const struct form_verdict *v = row->verdict;
    json_t *cells = json_object();
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        (void)json_object_set_new(cells, evidence_column_name(c),
                                  json_pack("{s:s, s:s}", "state", evidence_state_name(row->cells[c].state), "text", row->cells[c].text));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "form", isa->forms[v->form].text, "mode", isa->modes[v->mode].name, "class",
                     verdict_class_name(v->class), "answers", json_answers(e, v), "cells", cells);
}

static json_t *json_totals(const struct evidence *e) {
    json_t *object = json_object();
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        json_t *column = json_object();
        for (unsigned s = 0; s < EVIDENCE_STATE_COUNT; s++) {
            (void)json_object_set_new(column, evidence_state_name(s), json_integer((json_int_t)e->totals[c][s]));
        }
        (void)json_object_set_new(object, evidence_column_name(c), column);
    }
    return object;
}

static json_t *json_lines(const char *const *lines, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(array, json_string(lines[i]));
    }
    return array;
}

bool report_evidence_json(FILE *out, const struct evidence *e) {
    const struct classification *c = e->classification;
    json_t *rows = json_array();
    json_t *exclusions = json_array();
    for (size_t i = 0; i < e->row_count; i++) {
        (void)json_array_append_new(rows, json_row(e, &e->rows[i]));
    }
    for (size_t i = 0; i < e->exclusion_count; i++) {
        const struct evidence_reason *r = &e->exclusions[i];
        (void)json_array_append_new(
            exclusions, json_pack("{s:s, s:s, s:I}", "column", evidence_column_name(r->column), "reason", r->text, "cells", (json_int_t)r->count));
    }
    bool complete = json_array_size(rows) == e->row_count && json_array_size(exclusions) == e->exclusion_count;
    json_t *report = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "isa", c->isa->name, "profile", profile_in(c->isa, c->profile, 0)->name,
                               "totals", json_totals(e), "rows", rows, "exclusions", exclusions, "sources", json_lines(e->sources, e->source_count),
                               "assumptions", json_lines(c->assumptions, c->assumption_count));
    return json_write(out, report, 1) && complete;
}
