/* The experiment of Popek and Goldberg as JSON. */
#include "experiment.h"
#include "json_write.h"

#include "probe_parts.h"

static json_t *json_row(const struct experiment *e, const struct experiment_row *r) {
    const struct world *w = &e->worlds[r->world];
    json_t *object =
        json_pack("{s:s, s:i, s:s, s:i, s:s, s:s}", "form", e->isa->forms[r->form].text, "number", (int)r->form, "mode", matcher_mode_name(w->mode),
                  "cpl", (int)w->cpl, "experiment", r->kind == EXPERIMENT_MODES ? "levels" : "places", "says", pair_outcome_name(experiment_says(r)));
    json_t *pairs = json_object();
    for (unsigned o = 0; o < PAIR_OUTCOME_COUNT; o++) {
        if (r->pairs[o] > 0) {
            (void)json_object_set_new(pairs, pair_outcome_name((enum pair_outcome)o), json_integer(r->pairs[o]));
        }
    }
    (void)json_object_set_new(object, "pairs", pairs);
    for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
        if (r->runs[v] > 0) {
            (void)json_object_set_new(object, probe_verdict_name((enum probe_verdict)v), json_integer(r->runs[v]));
        }
    }
    if (r->outcomes[0][0] != '\0') {
        (void)json_object_set_new(object, "outcomes", json_pack("[s, s]", r->outcomes[0], r->outcomes[1]));
    }
    if (r->shown.name[0] != '\0') {
        (void)json_object_set_new(object, "part", json_string(r->shown.name));
        (void)json_object_set_new(object, "values", json_pack("[o, o]", json_number(r->shown.expected), json_number(r->shown.seen)));
    }
    if (r->runs[PROBE_DIFFERS] > 0) {
        (void)json_object_set_new(object, "against_the_tables",
                                  json_pack("{s:i, s:s, s:s, s:s, s:o, s:o}", "cpl", (int)r->against_cpl, "expected", r->expected, "seen", r->seen,
                                            "part", r->against.name, "expected_value", json_number(r->against.expected), "seen_value",
                                            json_number(r->against.seen)));
    }
    return object;
}

bool report_experiment_json(FILE *out, const struct isa *isa, const struct experiment *const *experiments, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *rows = json_array();
        for (size_t k = 0; k < experiments[i]->row_count; k++) {
            (void)json_array_append_new(rows, json_row(experiments[i], &experiments[i]->rows[k]));
        }
        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:o, s:I, s:o}", "backend", experiments[i]->backend, "machine",
                                              json_machine(experiments[i]->description), "runs", (json_int_t)experiments[i]->runs, "rows", rows));
    }
    bool complete = json_array_size(list) == count;
    json_t *report = json_pack("{s:s, s:o}", "isa", isa->name, "experiments", list);
    return json_write(out, report, 1) && complete;
}
