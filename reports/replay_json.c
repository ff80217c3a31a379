/* Replayed witnesses as JSON. */
#include "replay.h"

#include <jansson.h>

static json_t *json_report(const struct replay_report *r) {
    json_t *rows = json_array();
    for (size_t i = 0; i < r->row_count; i++) {
        const struct replay_row *row = &r->rows[i];
        (void)json_array_append_new(rows,
                                    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "form", r->isa->forms[row->verdict->form].text, "mode",
                                              r->isa->modes[row->verdict->mode].name, "question", question_name(row->verdict->witness->question),
                                              "verdict", replay_verdict_name(row->outcome.verdict), "reason", row->outcome.reason, "expected",
                                              row->outcome.expected, "seen", row->outcome.seen));
    }
    bool complete = json_array_size(rows) == r->row_count;
    json_t *object = json_pack("{s:s, s:s, s:o}", "backend", r->backend, "profile", r->profile, "witnesses", rows);
    if (!complete) {
        json_decref(object);
        return NULL;
    }
    return object;
}

bool report_replay_json(FILE *out, const struct replay_report *reports, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_report(&reports[i]));
    }
    bool complete = json_array_size(list) == count;
    json_t *report = json_pack("{s:s, s:o}", "isa", count > 0 ? reports[0].isa->name : "", "replays", list);
    complete = report != NULL && json_dumpf(report, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0 && complete;
    json_decref(report);
    (void)fputc('\n', out);
    return complete;
}
