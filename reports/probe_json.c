/* The comparison with a machine as JSON. */
#include "probe.h"
#include "json_write.h"

#include "../hardware/components.h"
#include "../hardware/explanations.h"
#include "probe_parts.h"

#include <string.h>

json_t *json_number(uint64_t value) {
    char text[24];
    (void)snprintf(text, sizeof text, "0x%llx", (unsigned long long)value);
    return json_string(text);
}

static json_t *json_bytes(const struct run *run) {
    char text[40] = "";
    for (uint32_t i = 0; i < run->length && i < 15; i++) {
        (void)snprintf(text + (size_t)2 * i, 3, "%02x", run->bytes[i]);
    }
    return json_string(text);
}

/* What is not zero. */
static json_t *json_state(const struct machine_state *s) {
    json_t *object = json_object();
    for (size_t i = 0; i < state_part_count(); i++) {
        struct state_part part = state_part(i);
        uint64_t value = state_part_get(&part, s);
        if (value != 0) {
            (void)json_object_set_new(object, part.name, json_number(value));
        }
    }
    return object;
}

static json_t *json_memory(const struct run *run) {
    json_t *array = json_array();
    for (uint32_t i = 0; i < run->chunk_count; i++) {
        char text[2 * RUN_CHUNK_BYTES + 1] = "";
        for (uint32_t k = 0; k < run->chunks[i].size; k++) {
            (void)snprintf(text + (size_t)2 * k, 3, "%02x", run->chunks[i].bytes[k]);
        }
        (void)json_array_append_new(array, json_pack("{s:o, s:s}", "address", json_number(WINDOW_BASE + run->chunks[i].offset), "bytes", text));
    }
    return array;
}

static json_t *json_row(const struct probe *p, const struct probe_row *r) {
    const struct world *w = &p->worlds[r->world];
    json_t *differences = json_array();
    for (size_t i = 0; i < r->difference_count; i++) {
        const struct difference *d = &r->differences[i];
        (void)json_array_append_new(differences, json_pack("{s:s, s:o, s:o, s:o}", "part", d->name, "expected", json_number(d->expected), "seen",
                                                           json_number(d->seen), "bits", json_number(d->known)));
    }
    return json_pack("{s:s, s:i, s:s, s:i, s:i, s:b, s:s, s:o, s:s, s:s, s:s?, s:s?, s:s?, s:o, s:o, s:o}", "form", p->isa->forms[r->form].text,
                     "number", (int)r->form, "mode", matcher_mode_name(w->mode), "cpl", (int)w->cpl, "state_number", (int)r->number, "memory",
                     (int)r->memory, "verdict", probe_verdict_name(r->verdict), "bytes", json_bytes(&r->run), "expected", r->expected, "seen",
                     r->seen, "blame", r->blame, "reason", r->reason, "breaks", probe_property(r), "differences", differences, "state",
                     json_state(&r->run.before), "memory_contents", json_memory(&r->run));
}

static json_t *json_form(const struct probe *p, const struct probe_form *f) {
    const struct world *w = &p->worlds[f->world];
    json_t *object = json_pack("{s:s, s:i, s:s, s:i}", "form", p->isa->forms[f->form].text, "number", (int)f->form, "mode",
                               matcher_mode_name(w->mode), "cpl", (int)w->cpl);
    for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
        if (f->runs[v] > 0) {
            (void)json_object_set_new(object, probe_verdict_name(v), json_integer(f->runs[v]));
        }
    }
    if (f->reason != NULL) {
        (void)json_object_set_new(object, "reason", json_string(f->reason));
    }
    return object;
}

json_t *json_machine(const char *text) {
    json_t *array = json_array();
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        (void)json_array_append_new(array, json_stringn(text, length));
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    return array;
}

/* What was asked for: results belong together when this is the same. */
static json_t *json_scope(const struct probe_options *o) {
    return json_pack("{s:I, s:i, s:s, s:i, s:s?, s:b}", "seed", (json_int_t)o->seed, "states", (int)o->states, "mode",
                     o->mode == NULL ? "all" : o->mode, "cpl", o->cpl, "instruction", o->instruction, "all_forms", (int)o->all_forms);
}

static json_t *json_worlds(const struct probe *p) {
    json_t *array = json_array();
    for (size_t i = 0; i < p->world_count; i++) {
        const struct world *w = &p->worlds[i];
        (void)json_array_append_new(array, json_pack("{s:s, s:i, s:b, s:s?}", "mode", matcher_mode_name(w->mode), "cpl", (int)w->cpl, "system_only",
                                                     (int)w->system_only, "unusable", w->unusable));
    }
    return array;
}

/* Recorded differences about this machine: runs that each is about, and how often it showed. */
static json_t *json_records(const struct probe *p) {
    json_t *array = json_array();
    for (size_t i = 0; i < explanations_count(p->explanations); i++) {
        const struct explanation *x = explanations_at(p->explanations, i);
        const struct record *r = x->record;
        (void)json_array_append_new(array, json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "line", (int)r->line, "form", r->form, "where",
                                                     r->where, "what", r->what, "blame", r->blame, "reason", r->reason, "runs", (json_int_t)x->runs,
                                                     "shown", (json_int_t)x->shown));
    }
    return array;
}

static json_t *json_probe(const struct probe *p) {
    json_t *forms = json_array();
    json_t *rows = json_array();
    json_t *totals = json_object();
    for (size_t i = 0; i < p->form_count; i++) {
        (void)json_array_append_new(forms, json_form(p, &p->forms[i]));
    }
    for (size_t i = 0; i < p->row_count; i++) {
        (void)json_array_append_new(rows, json_row(p, &p->rows[i]));
    }
    for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
        (void)json_object_set_new(totals, probe_verdict_name(v), json_integer((json_int_t)p->totals[v]));
    }
    bool complete = json_array_size(forms) == p->form_count && json_array_size(rows) == p->row_count;
    char shard[40];
    (void)snprintf(shard, sizeof shard, "%u/%u", p->options.shard + 1, p->options.shard_count);
    json_t *object = json_pack("{s:s, s:o, s:s, s:o, s:b, s:o, s:I, s:o, s:o, s:I, s:o, s:o}", "backend", p->backend, "machine",
                               json_machine(p->description), "shard", shard, "scope", json_scope(&p->options), "dry_run", (int)p->options.dry_run,
                               "worlds", json_worlds(p), "runs", (json_int_t)p->runs, "totals", totals, "records", json_records(p), "rows_left_out",
                               (json_int_t)p->rows_left_out, "forms", forms, "rows", rows);
    if (!complete) {
        json_decref(object);
        return NULL;
    }
    return object;
}

bool report_probe_json(FILE *out, const struct isa *isa, const struct probe *const *probes, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_probe(probes[i]));
    }
    bool complete = json_array_size(list) == count;
    json_t *report = json_pack("{s:s, s:o}", "isa", isa->name, "probes", list);
    return json_write(out, report, 1) && complete;
}
