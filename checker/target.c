/* The states of the reference on a machine under test: a hypervisor or an emulator, with what it can set up of them. */
#include "checker.h"

#include "../hardware/explanations.h"
#include "../hardware/replay.h"
#include "../hardware/system_forms.h"
#include "drive.h"
#include "findings.h"
#include "path_groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct machine_work {
    struct isa *isa;
    const struct emitted_isa *table;
    const struct check_options *options;
    struct check_report *report;
    struct path_store *paths;
    struct replayer *replayer;
    double started;
};

static enum check_property property_of(const struct replay_outcome *o) {
    bool expected_done = strncmp(o->expected, "done", 4) == 0;
    bool seen_done = strncmp(o->seen, "done", 4) == 0;
    if (strcmp(o->reason, "outcome") != 0) {
        return seen_done ? CHECK_WRONG_STATE : CHECK_FAULT_CHANGES;
    }
    return seen_done ? CHECK_ACCEPTS : expected_done ? CHECK_REFUSES : CHECK_WRONG_FAULT;
}

static struct check_finding *find(struct check_report *r, const char *fingerprint) {
    for (size_t i = 0; i < r->finding_count; i++) {
        if (strcmp(r->findings[i].fingerprint, fingerprint) == 0) {
            return &r->findings[i];
        }
    }
    return NULL;
}

static void list_inputs(const struct isa *isa, const struct valuation *v, struct check_finding *f) {
    for (size_t i = 0; i < isa->leaf_count && f->input_count < CHECK_INPUTS; i++) {
        word128 value = isa->leaves[i].index_width == 0 ? valuation_get(v, isa->leaves[i].symbol, NULL, 0) : 0;
        if (value != 0) {
            struct check_value *x = &f->inputs[f->input_count++];
            (void)snprintf(x->name, sizeof x->name, "%s", isa->leaves[i].name);
            x->value = value;
        }
    }
}

static bool add_finding(struct machine_work *w, const struct check_form *row, const struct valuation *state, const struct replay_outcome *o,
                        uint64_t number) {
    struct check_report *r = w->report;
    unsigned form = row->form;
    unsigned mode = row->mode;
    char fingerprint[160];
    enum check_property property = property_of(o);
    (void)snprintf(fingerprint, sizeof fingerprint, "%.60s/%s/%s/%.30s not %.30s", w->isa->forms[form].text, w->isa->modes[mode].name,
                   check_property_rule(property), o->expected, o->seen);
    struct check_finding *known = find(r, fingerprint);
    if (known != NULL) {
        known->states++;
        return true;
    }
    struct check_finding *larger = realloc(r->findings, (r->finding_count + 1) * sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    r->findings = larger;
    struct check_finding *f = &r->findings[r->finding_count++];
    *f = (struct check_finding){.form = form,
                                .mode = mode,
                                .number = row->number,
                                .property = property,
                                .states = 1,
                                .first = number,
                                .seconds = check_now() - w->started,
                                .reason = o->cause};
    (void)snprintf(f->expected, sizeof f->expected, "%.63s", o->expected);
    (void)snprintf(f->seen, sizeof f->seen, "%.63s", o->seen);
    (void)snprintf(f->fingerprint, sizeof f->fingerprint, "%s", fingerprint);
    list_inputs(w->isa, state, f);
    char test[300];
    (void)snprintf(test, sizeof test, "/* popek check --target ... --instruction '%.100s' --mode %.30s%s%.90s */\n", w->isa->forms[form].text,
                   w->isa->modes[mode].name, o->reason[0] == '\0' || strcmp(o->reason, "outcome") == 0 ? "" : ": ",
                   strcmp(o->reason, "outcome") == 0 ? "" : o->reason);
    f->test = strdup(test);
    return f->test != NULL;
}

static bool run_form(struct machine_work *w, const bool *wanted, size_t entry) {
    const struct emitted_form *f = &w->table->forms[entry];
    const struct path_item item = path_item_of(w->isa, w->table, entry);
    const struct semantics *m = w->isa->forms[f->form].semantics[f->mode_number];
    struct check_form *row = &w->report->forms[w->report->form_count++];
    struct targets t;
    double start = check_now();
    *row = (struct check_form){.form = f->form, .mode = f->mode_number, .number = entry};
    if (!path_group_explore(w->paths, w->isa, w->table, wanted, entry) || !path_store_get(w->paths, &item, &t)) {
        return false;
    }
    w->report->exploring += check_now() - start;
    start = check_now();
    bool good = true;
    for (size_t i = 0; good && i < t.state_count; i++) {
        struct step_result expected = {.after = NULL};
        struct replay_outcome o;
        good = step(w->isa, m, t.states[i], &expected) && replay_state(w->replayer, f->form, f->mode_number, t.states[i], NULL, &expected, &o);
        valuation_free(expected.after);
        row->states++;
        bool differs = good && (o.verdict == REPLAY_REFUTED || o.verdict == REPLAY_EXPLAINED);
        bool lacks_memory = differs && strncmp(o.seen, "#PF", 3) == 0; /* a table where the guest has none */
        row->unhandled += good && (lacks_memory || o.verdict == REPLAY_NOT_REACHABLE) ? 1 : 0;
        if (differs && !lacks_memory) {
            good = add_finding(w, row, t.states[i], &o, i + 1);
        }
    }
    form_count_targets(&t, row);
    row->note = row->unhandled > 0 ? "states that the machine cannot set up count as unhandled" : NULL;
    w->report->states += row->states;
    w->report->running += check_now() - start;
    targets_free(&t);
    return good;
}

static bool is_wanted(const struct machine_work *w, const struct system_forms *system, const struct emitted_form *f) {
    const struct check_options *o = w->options;
    const struct form *form = &w->isa->forms[f->form];
    bool named = o->instruction == NULL || strcmp(o->instruction, form->instruction) == 0 || strcmp(o->instruction, form->text) == 0;
    return named && (o->mode < 0 || (unsigned)o->mode == f->mode_number) && path_group_in_shard(form->instruction, o->shard, o->shard_count) &&
           (!o->system_only || is_system_form(system, form->semantics[f->mode_number]));
}

struct check_report *check_machine(struct isa *isa, const struct matcher *m, const struct emitted_isa *table, struct backend *backend,
                                   const struct check_options *options, char **message) {
    struct machine_work w = {.isa = isa, .table = table, .options = options, .started = check_now()};
    struct system_forms *system = system_forms_new(isa);
    *message = NULL;
    w.report = calloc(1, sizeof *w.report);
    w.paths = path_store_open(isa, options->paths, options->resource_limit);
    struct explanations *known =
        explanations_new(options->records, isa, backend->operations->name, backend->operations->description(backend), message);
    w.replayer = replayer_new(isa, m, backend, known);
    bool good = system != NULL && w.report != NULL && w.paths != NULL && w.replayer != NULL && known != NULL;
    if (w.report != NULL) {
        w.report->explanations = known;
    } else {
        explanations_free(known);
    }
    if (good) {
        w.report->isa = isa;
        w.report->subject = backend->operations->name;
        w.report->asked = *options;
        w.report->forms = calloc(table->form_count + 1, sizeof *w.report->forms);
        good = w.report->forms != NULL;
    }
    bool *wanted = calloc(table->form_count + 1, sizeof *wanted);
    good = good && wanted != NULL;
    for (size_t i = 0; good && i < table->form_count; i++) {
        wanted[i] = is_wanted(&w, system, &table->forms[i]);
    }
    for (size_t i = 0; good && i < table->form_count; i++) {
        good = !wanted[i] || run_form(&w, wanted, i);
    }
    free(wanted);
    good = good && path_store_save(w.paths, message);
    replayer_free(w.replayer);
    path_store_close(w.paths);
    system_forms_free(system);
    if (!good) {
        check_report_free(w.report);
        return NULL;
    }
    return w.report;
}
