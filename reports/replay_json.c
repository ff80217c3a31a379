/* Replayed witnesses as JSON. */
#include "replay.h"
#include "json_write.h"

#include <jansson.h>

static json_t *json_row(const struct replay_report *r, const struct replay_row *row) {
    return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s?, s:s, s:s}", "form", r->isa->forms[row->verdict->form].text, "number",
                     (int)row->verdict->form, "mode", r->isa->modes[row->verdict->mode].name, "question",
                     question_name(row->verdict->witness->question), "verdict", replay_verdict_name(row->outcome.verdict), "reason",
                     row->outcome.reason, "cause", row->outcome.cause, "expected", row->outcome.expected, "seen", row->outcome.seen);
}

static json_t *json_report(const struct replay_report *r) {
    json_t *rows = json_array();
    size_t totals[REPLAY_VERDICT_COUNT] = {0};
    for (size_t i = 0; i < r->row_count; i++) {
        (void)json_array_append_new(rows, json_row(r, &r->rows[i]));
        totals[r->rows[i].outcome.verdict]++;
    }
    json_t *counts = json_object();
    for (unsigned v = 0; v < REPLAY_VERDICT_COUNT; v++) {
        (void)json_object_set_new(counts, replay_verdict_name((enum replay_verdict)v), json_integer((json_int_t)totals[v]));
    }
    char shard[40];
    (void)snprintf(shard, sizeof shard, "%u/%u", r->shard + 1, r->shard_count);
    bool complete = json_array_size(rows) == r->row_count;
    json_t *object = json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:s?}, s:o, s:o}", "backend", r->backend, "machine", r->machine, "shard", shard, "scope",
                               "profile", r->profile, "mode", r->mode, "instruction", r->instruction, "totals", counts, "witnesses", rows);
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
    return json_write(out, report, 1) && complete;
}
