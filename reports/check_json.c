/* The check of handlers as JSON. */
#include "check.h"
#include "json_write.h"

#include <jansson.h>
#include <stdio.h>

static json_t *number(word128 value) {
    char text[40];
    check_number(value, text, sizeof text);
    return json_string(text);
}

static json_t *text_of(const char *text) {
    json_t *value = json_string(text);
    return value != NULL ? value : json_string("?"); /* no UTF-8 */
}

static json_t *finding(const struct check_report *r, const struct check_finding *f) {
    static const char *const standings[] = {"new", "accepted", "expired"};
    char section[400];
    json_t *differences = json_array();
    json_t *inputs = json_object();
    check_section(r, f, section, sizeof section);
    for (size_t i = 0; i < f->difference_count; i++) {
        (void)json_array_append_new(differences, json_pack("{s:s, s:o, s:o}", "component", f->differences[i].name, "expected",
                                                           number(f->differences[i].expected), "seen", number(f->differences[i].seen)));
    }
    for (size_t i = 0; i < f->input_count; i++) {
        (void)json_object_set_new(inputs, f->inputs[i].name, number(f->inputs[i].value));
    }
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:s, s:s, s:o, s:o}", "number", (json_int_t)f->number, "form",
                     r->isa->forms[f->form].text, "mode", r->isa->modes[f->mode].name, "rule", check_property_rule(f->property), "breaks",
                     check_property_title(f->property), "expected", text_of(f->expected), "seen", text_of(f->seen), "differences", differences,
                     "state", inputs, "states", (json_int_t)f->states, "first_state", (json_int_t)f->first, "manual", text_of(section), "fingerprint",
                     f->fingerprint, "standing", standings[f->standing], "reason", f->reason == NULL ? json_null() : text_of(f->reason), "test",
                     text_of(f->test));
}

static json_t *form(const struct check_report *r, const struct check_form *f) {
    return json_pack("{s:I, s:s, s:s, s:{s:i, s:i, s:i, s:i}, s:{s:i, s:i}, s:I, s:I, s:I, s:s?}", "number", (json_int_t)f->number, "form",
                     r->isa->forms[f->form].text, "mode", r->isa->modes[f->mode].name, "targets", "all", (int)f->targets, "covered", (int)f->covered,
                     "impossible", (int)f->impossible, "undecided", (int)f->undecided, "traps", "possible", (int)f->traps, "covered",
                     (int)f->traps_covered, "states", (json_int_t)f->states, "unhandled", (json_int_t)f->unhandled, "findings",
                     (json_int_t)check_findings_of(r, f), "note", f->note);
}

/* What parts of the same work have in common. */
static json_t *asked(const struct check_report *r) {
    const struct check_options *o = &r->asked;
    return json_pack("{s:s?, s:s?, s:b, s:I, s:f, s:b, s:I}", "instruction", o->instruction, "mode", o->mode < 0 ? NULL : r->isa->modes[o->mode].name,
                     "system_forms", (int)o->system_only, "random_states", (json_int_t)o->states, "seconds", o->seconds, "stop_early",
                     (int)o->stop_early, "resource_limit", (json_int_t)o->resource_limit);
}

static json_t *report(const struct check_report *r) {
    struct check_totals t;
    json_t *declarations = json_array();
    json_t *forms = json_array();
    json_t *findings = json_array();
    json_t *fixed = json_array();
    char shard[32];
    (void)snprintf(shard, sizeof shard, "%u/%u", r->asked.shard + 1, r->asked.shard_count);
    check_totals(r, &t);
    for (size_t i = 0; i < r->declaration_count; i++) {
        (void)json_array_append_new(declarations, text_of(r->declarations[i]));
    }
    for (size_t i = 0; i < r->form_count; i++) {
        (void)json_array_append_new(forms, form(r, &r->forms[i]));
    }
    for (size_t i = 0; i < r->finding_count; i++) {
        (void)json_array_append_new(findings, finding(r, &r->findings[i]));
    }
    for (size_t i = 0; i < r->fixed_count; i++) {
        (void)json_array_append_new(fixed, text_of(r->fixed[i]));
    }
    return json_pack("{s:o, s:s, s:I, s:s, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:o, s:o, s:o, s:o}", "subject",
                     text_of(r->subject), "isa", r->isa->name, "seed", (json_int_t)r->asked.seed, "shard", shard, "asked", asked(r), "totals",
                     "forms", (json_int_t)t.forms, "not_tried", (json_int_t)t.skipped, "states", (json_int_t)r->states, "unhandled",
                     (json_int_t)t.unhandled, "findings", (json_int_t)t.new_findings, "accepted", (json_int_t)t.accepted, "left_out",
                     (json_int_t)r->findings_left_out, "targets", (json_int_t)t.targets, "covered", (json_int_t)t.covered, "impossible",
                     (json_int_t)t.impossible, "undecided", (json_int_t)t.undecided, "declarations", declarations, "forms", forms, "findings",
                     findings, "fixed", fixed);
}

bool report_check_json(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    (void)coloured;
    json_t *checks = json_array();
    bool good = checks != NULL;
    for (size_t i = 0; good && i < count; i++) {
        good = json_array_append_new(checks, report(reports[i])) == 0;
    }
    json_t *all = json_pack("{s:o}", "checks", checks);
    return json_write(out, all, 1) && good;
}
