/* Goes through the forms: explores their steps, has their states run, and puts the report together. */
#include "checker.h"

#include "../hardware/explanations.h"
#include "../hardware/system_forms.h"
#include "explorer.h"
#include "findings.h"
#include "path_groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_STEPS 64u
#define BATCH_JOBS 42u  /* their findings all have room, so that what is left out does not depend on the batch */
#define FIRST_STATES 6u /* after which a handler that has left all of them unhandled is not explored */

struct work {
    struct isa *isa;
    const struct emitted_isa *table;
    const struct plugin *plugin;
    const struct check_options *options;
    struct check_report *report;
    struct path_store *paths;
    struct driver *driver, *first;
    bool *idle;        /* by entry: the plug-in leaves its first states unhandled */
    bool *wanted;      /* by entry */
    bool *tried;       /* by entry: wanted, not idle, and not excluded by the adapter */
    unsigned *of_step; /* by path_item.number: place in the batch + 1 */
    struct targets explored[BATCH_STEPS];
    size_t step_count;
    struct job jobs[BATCH_JOBS];
    size_t form_of_job[BATCH_JOBS];
    struct job_result results[BATCH_JOBS];
    size_t job_count;
    unsigned *steps_in_batch; /* which those are, to forget them */
};

static bool is_chosen(const struct check_options *o, const struct isa *isa, const struct emitted_form *f) {
    const struct form *form = &isa->forms[f->form];
    bool named = o->instruction == NULL || strcmp(o->instruction, form->instruction) == 0 || strcmp(o->instruction, form->text) == 0;
    return named && (o->mode < 0 || (unsigned)o->mode == f->mode_number) && path_group_in_shard(form->instruction, o->shard, o->shard_count) &&
           form->semantics[f->mode_number] != NULL;
}

static bool choose_entries(struct work *w) {
    struct system_forms *system = system_forms_new(w->isa);
    for (size_t i = 0; system != NULL && i < w->table->form_count; i++) {
        const struct emitted_form *f = &w->table->forms[i];
        w->wanted[i] = is_chosen(w->options, w->isa, f);
        if (w->wanted[i] && w->options->system_only) {
            w->wanted[i] = is_system_form(system, w->isa->forms[f->form].semantics[f->mode_number]);
        }
        bool has = w->wanted[i] && (plugin_handler(w->plugin, &w->isa->forms[f->form], f->mode) != NULL || w->plugin->given->emulate != NULL);
        w->wanted[i] = has;
    }
    system_forms_free(system);
    return system != NULL;
}

static bool add_findings(struct work *w) {
    struct check_report *r = w->report;
    size_t count = 0;
    size_t left_out = 0;
    const struct raw_finding *raw = driver_findings(w->driver, &count, &left_out);
    r->findings_left_out += left_out;
    if (count == 0) {
        return true;
    }
    struct check_finding *larger = realloc(r->findings, (r->finding_count + count) * sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    r->findings = larger;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        good = finding_make(w->plugin, &w->jobs[raw[i].job], &raw[i], &r->findings[r->finding_count]);
        r->finding_count += good ? 1 : 0;
    }
    return good;
}

/* Runs what was gathered. */
static bool flush(struct work *w) {
    double start = check_now();
    bool good = w->job_count == 0 || (drive(w->driver, w->jobs, w->job_count, w->results) && add_findings(w));
    for (size_t i = 0; good && i < w->job_count; i++) {
        struct check_form *f = &w->report->forms[w->form_of_job[i]];
        f->states = w->results[i].states;
        f->unhandled = w->results[i].unhandled;
        f->note = w->results[i].note;
        w->report->states += f->states;
    }
    for (size_t i = 0; i < w->step_count; i++) {
        targets_free(&w->explored[i]);
        w->of_step[w->steps_in_batch[i]] = 0;
    }
    w->step_count = w->job_count = 0;
    w->report->running += check_now() - start;
    return good;
}

static struct targets *targets_of(struct work *w, size_t entry) {
    double start = check_now();
    struct path_item item = path_item_of(w->isa, w->table, entry);
    if (w->of_step[item.number] == 0) {
        bool known = path_store_has(w->paths, item.number) || path_group_explore(w->paths, w->isa, w->table, w->tried, entry);
        if (!known || !path_store_get(w->paths, &item, &w->explored[w->step_count])) {
            return NULL;
        }
        w->steps_in_batch[w->step_count++] = item.number;
        w->of_step[item.number] = (unsigned)w->step_count;
    }
    w->report->exploring += check_now() - start;
    return &w->explored[w->of_step[item.number] - 1];
}

/* Forms that are left out are not explored either. */
static void leave_out(struct work *w) {
    for (size_t i = 0; i < w->table->form_count; i++) {
        const struct emitted_form *f = &w->table->forms[i];
        w->tried[i] = w->wanted[i] && !w->idle[i] && plugin_exclusion(w->plugin, &w->isa->forms[f->form], f->mode) == NULL;
    }
}

/* Forms that the plug-in leaves unhandled need no exploration. */
static bool find_handled(struct work *w) {
    struct targets *plain = calloc(w->isa->mode_count, sizeof *plain);
    size_t *entries = malloc(BATCH_JOBS * sizeof *entries);
    bool good = plain != NULL && entries != NULL;
    for (unsigned i = 0; good && i < w->isa->mode_count; i++) {
        good = path_store_plain(w->paths, i, &plain[i]);
    }
    size_t count = 0;
    for (size_t i = 0; good && i <= w->table->form_count; i++) {
        bool last = i == w->table->form_count;
        if (!last && w->wanted[i]) {
            const struct emitted_form *f = &w->table->forms[i];
            const struct form *form = &w->isa->forms[f->form];
            entries[count] = i;
            w->jobs[count++] = (struct job){i, plugin_handler(w->plugin, form, f->mode), &plain[f->mode_number], FIRST_STATES, NULL, 0};
        }
        if (count == BATCH_JOBS || (last && count > 0)) {
            good = drive(w->first, w->jobs, count, w->results);
            for (size_t k = 0; good && k < count; k++) {
                w->idle[entries[k]] = w->results[k].states > 0 && w->results[k].unhandled == w->results[k].states;
            }
            count = 0;
        }
    }
    for (unsigned i = 0; plain != NULL && i < w->isa->mode_count; i++) {
        targets_free(&plain[i]);
    }
    free(plain);
    free(entries);
    return good;
}

static bool add_form(struct work *w, size_t entry) {
    const struct emitted_form *f = &w->table->forms[entry];
    const struct form *form = &w->isa->forms[f->form];
    struct check_form *row = &w->report->forms[w->report->form_count];
    *row = (struct check_form){.form = f->form, .mode = f->mode_number, .number = entry};
    w->report->form_count++;
    const char *excluded = plugin_exclusion(w->plugin, form, f->mode);
    if (excluded != NULL) {
        row->note = excluded;
        return true;
    }
    if (w->idle[entry]) {
        row->note = "left unhandled";
        row->states = row->unhandled = FIRST_STATES;
        return true;
    }
    struct targets *t = targets_of(w, entry);
    if (t == NULL) {
        return false;
    }
    form_count_targets(t, row);
    w->form_of_job[w->job_count] = w->report->form_count - 1;
    w->jobs[w->job_count++] = (struct job){entry, plugin_handler(w->plugin, form, f->mode), t, w->options->states, NULL, 0};
    return true;
}

static bool check_all(struct work *w, size_t all) {
    bool good = true;
    size_t done = 0;
    leave_out(w);
    for (size_t i = 0; good && i < w->table->form_count; i++) {
        if (w->wanted[i]) {
            good = add_form(w, i);
            done++;
        }
        if (good && (w->job_count == BATCH_JOBS || w->step_count == BATCH_STEPS)) {
            good = flush(w);
            if (w->options->progress != NULL) {
                w->options->progress(w->options->progress_context, done, all);
            }
        }
    }
    good = flush(w) && good;
    for (size_t i = 0; good && i < w->report->form_count; i++) {
        struct check_form *f = &w->report->forms[i];
        if (f->note == NULL && f->targets > 0 && f->states == 0) {
            f->note = "no state of this mode is left by what the adapter declares";
        }
    }
    return good;
}

static bool start(struct work *w, const struct matcher *m, size_t all) {
    const struct check_options *o = w->options;
    struct drive_options d = {o->seed, o->stop_early, o->hang_milliseconds, check_now(), all == 0 ? 0 : o->seconds / (double)all};
    w->report->forms = calloc(all + 1, sizeof *w->report->forms);
    w->driver = driver_new(w->plugin, m, &d);
    struct drive_options once = d;
    once.stop_early = true;
    once.seconds = 0;
    w->first = driver_new(w->plugin, m, &once);
    w->idle = calloc(w->table->form_count + 1, sizeof *w->idle);
    w->paths = path_store_open(w->isa, o->paths, o->resource_limit);
    w->report->isa = w->isa;
    w->report->subject = w->plugin->given->name == NULL ? "plug-in" : w->plugin->given->name;
    w->report->declarations = (const char *const *)w->plugin->texts;
    w->report->declaration_count = w->plugin->text_count;
    w->report->asked = *o;
    bool good = w->report->forms != NULL && w->driver != NULL && w->first != NULL && w->idle != NULL && w->paths != NULL;
    for (unsigned i = 0; good && i < w->isa->leaf_count; i++) {
        good = !w->plugin->fixed[i] || is_assumed(w->isa->leaves[i].name) || path_store_fix(w->paths, i, w->plugin->fixed_value[i]);
    }
    return good;
}

struct check_report *check_plugin(struct isa *isa, const struct matcher *m, const struct emitted_isa *table, struct plugin *plugin,
                                  const struct check_options *options, char **message) {
    struct work *w = calloc(1, sizeof *w);
    *message = NULL;
    if (w == NULL) {
        return NULL;
    }
    *w = (struct work){.isa = isa, .table = table, .plugin = plugin, .options = options};
    w->report = calloc(1, sizeof *w->report);
    w->wanted = calloc(table->form_count + 1, sizeof *w->wanted);
    w->tried = calloc(table->form_count + 1, sizeof *w->tried);
    w->of_step = calloc(table->form_count + 1, sizeof *w->of_step);
    w->steps_in_batch = calloc(BATCH_STEPS, sizeof *w->steps_in_batch);
    bool good = w->report != NULL && w->wanted != NULL && w->tried != NULL && w->of_step != NULL && w->steps_in_batch != NULL && choose_entries(w);
    size_t all = 0;
    for (size_t i = 0; good && i < table->form_count; i++) {
        all += w->wanted[i] ? 1 : 0;
    }
    good = good && start(w, m, all) && find_handled(w) && check_all(w, all) && path_store_save(w->paths, message);
    struct check_report *report = w->report;
    driver_free(w->driver);
    driver_free(w->first);
    free(w->idle);
    path_store_close(w->paths);
    free(w->wanted);
    free(w->tried);
    free(w->of_step);
    free(w->steps_in_batch);
    free(w);
    if (!good) {
        check_report_free(report);
        return NULL;
    }
    return report;
}

void check_report_free(struct check_report *r) {
    if (r != NULL) {
        for (size_t i = 0; i < r->finding_count; i++) {
            free(r->findings[i].test);
        }
        explanations_free(r->explanations);
        free(r->findings);
        free(r->forms);
        free((void *)(uintptr_t)r->fixed);
        free(r);
    }
}
