/* Goes through forms, variants and states; runs them in batches and judges each. */
#include "probe.h"

#include "choose.h"
#include "features.h"
#include "judge.h"
#include "system_forms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 64u
#define EVALUATIONS 4u

struct pending {
    unsigned form;     /* of the isa */
    size_t form_index; /* of the probe */
    unsigned number;
    bool memory;
    struct decoded decoded;
};

struct session {
    const struct isa *isa;
    const struct matcher *m;
    struct backend *backend;
    const struct probe_options *options;
    struct probe *probe;
    struct explanations *explanations;
    struct system_forms *system;
    unsigned world;
    struct predictor *predictor;
    struct pending pending[BATCH];
    struct run runs[BATCH];
    size_t count;
    struct run_result results[BATCH];
    struct judgement judgement;
    bool failed;
};

const char *probe_verdict_name(enum probe_verdict v) {
    static const char *const names[] = {"agrees", "emulated", "absent", "absent-executes", "known", "cannot-run", "differs"};
    return names[v];
}

const char *probe_property(const struct probe_row *r) {
    bool expected_done = strncmp(r->expected, "done", 4) == 0;
    bool outcome = r->difference_count > 0 && strcmp(r->differences[0].name, "outcome") == 0;
    if (outcome && !expected_done && strcmp(r->seen, "done") == 0) {
        return "resource control: it is done where it should trap";
    }
    if (outcome && (strncmp(r->seen, "the machine", 11) == 0 || strncmp(r->seen, "does not end", 12) == 0)) {
        return "resource control: the machine is lost";
    }
    return outcome ? "equivalence: another outcome" : "equivalence: another visible state";
}

/* ---- judging ----------------------------------------------------------------------------------------------------------------------------------- */

/* Whether CPUID has what the form needs. */
static enum feature_state form_feature(const struct world *w, const struct form *form, const struct decoded *d) {
    enum feature_state state = feature_state(w, form->extension);
    bool sized = strncmp(form->encoding, "EVEX.128", 8) == 0 || strncmp(form->encoding, "EVEX.256", 8) == 0;
    if (state == FEATURE_PRESENT && d->scheme == SCHEME_EVEX && sized) {
        state = feature_short_vectors(w);
    }
    return state;
}

/* With CR4.UMIP off it would have been done. */
static bool is_emulated(const struct session *s, const struct trial *t) {
    const struct prediction *p = &s->judgement.prediction;
    bool traps = p->trap_count == 1 && p->traps[0].vector == 13 && !p->done;
    if (!s->probe->worlds[s->world].emulates_umip || t->result->outcome != RUN_DONE || !traps) {
        return false;
    }
    struct run open = *t->run;
    struct prediction without;
    open.before.cr4 &= ~(UINT64_C(1) << 11);
    return predict(s->predictor, t->form, t->decoded, &open, 2, &without) && without.done;
}

static void keep_row(struct session *s, const struct pending *n, const struct trial *t, enum probe_verdict verdict) {
    struct probe *p = s->probe;
    const struct judgement *judged = &s->judgement;
    if (verdict == PROBE_KNOWN && p->forms[n->form_index].runs[verdict] >= PROBE_KNOWN_ROWS_MOST) {
        return;
    }
    if (verdict == PROBE_DIFFERS && p->totals[verdict] >= PROBE_ROWS_MOST) {
        p->rows_left_out++;
        return;
    }
    if ((p->row_count & (p->row_count - 1)) == 0) { /* room for a power of two */
        size_t room = p->row_count == 0 ? 1 : 2 * p->row_count;
        struct probe_row *rows = realloc(p->rows, room * sizeof *rows);
        if (rows == NULL) {
            s->failed = true;
            return;
        }
        p->rows = rows;
    }
    struct probe_row *r = &p->rows[p->row_count++];
    *r = (struct probe_row){.form = n->form, .world = s->world, .number = n->number, .memory = n->memory, .verdict = verdict, .run = *t->run};
    r->blame = judged->record == NULL ? NULL : judged->record->blame;
    r->reason = judged->record == NULL ? NULL : judged->record->reason;
    memcpy(r->expected, judged->expected, sizeof r->expected);
    memcpy(r->seen, judged->seen, sizeof r->seen);
    r->difference_count = judged->count < DIFFERENCES_MOST ? judged->count : DIFFERENCES_MOST;
    memcpy(r->differences, judged->differences, r->difference_count * sizeof r->differences[0]);
}

static enum probe_verdict judge_prediction(struct session *s, const struct pending *n, const struct trial *t) {
    const struct judge judge = {&s->probe->worlds[s->world], s->predictor, s->explanations, EVALUATIONS, s->options->wrong_prediction};
    struct probe_form *f = &s->probe->forms[n->form_index];
    if (!judge_trial(&judge, t, &s->judgement)) {
        f->reason = "the state is not one of the operating mode";
        return PROBE_CANNOT_RUN;
    }
    const struct record *record = s->judgement.record;
    f->reason = record != NULL ? record->reason : f->reason;
    if (s->judgement.count == 0) {
        return PROBE_AGREES;
    }
    if (is_emulated(s, t)) {
        return PROBE_EMULATED;
    }
    enum probe_verdict verdict = record != NULL ? PROBE_KNOWN : PROBE_DIFFERS;
    keep_row(s, n, t, verdict);
    return verdict;
}

static void judge(struct session *s, const struct pending *n, const struct run *run, const struct run_result *result) {
    const struct trial trial = {n->form, &n->decoded, run, result};
    enum probe_verdict verdict = PROBE_AGREES;
    if (form_feature(&s->probe->worlds[s->world], &s->isa->forms[n->form], &n->decoded) != FEATURE_PRESENT) {
        bool invalid = result->outcome == RUN_TRAP && result->vector == 6;
        verdict = invalid ? PROBE_ABSENT : PROBE_ABSENT_EXECUTES;
    } else {
        verdict = judge_prediction(s, n, &trial);
    }
    s->probe->forms[n->form_index].runs[verdict]++;
    s->probe->totals[verdict]++;
}

static void flush(struct session *s) {
    const struct world *world = &s->probe->worlds[s->world];
    if (s->count > 0 && !s->failed) {
        s->failed = !s->backend->operations->run(s->backend, world, s->runs, s->count, s->results);
        for (size_t i = 0; !s->failed && i < s->count; i++) {
            judge(s, &s->pending[i], &s->runs[i], &s->results[i]);
        }
        s->probe->runs += s->count;
    }
    s->count = 0;
}

/* ---- going through --------------------------------------------------------------------------------------------------------------------------- */

static void add_runs(struct session *s, unsigned form, size_t form_index, bool memory) {
    const struct world *world = &s->probe->worlds[s->world];
    for (unsigned number = 0; number < s->options->states && !s->failed; number++) {
        const struct choice choice = {s->options->seed, number, memory};
        struct pending *n = &s->pending[s->count];
        *n = (struct pending){.form = form, .form_index = form_index, .number = number, .memory = memory};
        if (!choose_run(s->isa, s->m, form, world, &choice, &s->runs[s->count], &n->decoded)) {
            s->probe->forms[form_index].reason = "no bytes were found";
            continue;
        }
        if (s->options->dry_run) {
            s->probe->runs++;
            continue;
        }
        s->count++;
        if (s->count == BATCH) {
            flush(s);
        }
    }
}

static void probe_one(struct session *s, unsigned form) {
    const struct form *f = &s->isa->forms[form];
    struct probe *p = s->probe;
    bool has_register = false;
    bool has_memory = false;
    size_t index = p->form_count++;
    p->forms[index] = (struct probe_form){.form = form, .world = s->world};
    const struct world *world = &p->worlds[s->world];
    enum feature_state feature = feature_state(world, f->extension);
    const struct record *excluded =
        feature == FEATURE_ABSENT ? NULL : explanations_exclusion(s->explanations, form, world); /* that it is #UD can be seen */
    bool undocumented = world->documented_only && feature != FEATURE_PRESENT;
    if (excluded != NULL || undocumented || world->unusable != NULL || !encoder_variants(f, &has_register, &has_memory)) {
        p->forms[index].reason = world->unusable != NULL ? world->unusable
                                 : excluded != NULL      ? excluded->reason
                                 : undocumented          ? "the processor does not have the extension"
                                                         : "it has no encoding";
        p->forms[index].runs[PROBE_CANNOT_RUN]++;
        p->totals[PROBE_CANNOT_RUN]++;
        return;
    }
    if (has_register || !has_memory) {
        add_runs(s, form, index, false);
    }
    if (has_memory) {
        add_runs(s, form, index, true);
    }
}

static bool probe_world(struct session *s) {
    const struct world *world = &s->probe->worlds[s->world];
    s->predictor = predictor_new(s->isa, s->m, world);
    if (s->predictor == NULL) {
        return false;
    }
    for (unsigned form = 0; form < s->isa->form_count && !s->failed; form++) {
        if (probe_form_wanted(s->options, s->isa, s->system, world, form)) {
            probe_one(s, form);
        }
    }
    flush(s);
    predictor_free(s->predictor);
    return !s->failed;
}

static double now(void) {
    struct timespec t = {0, 0};
    (void)timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct probe *probe_make(const struct isa *isa, const struct matcher *m, struct backend *backend, const struct probe_options *options,
                         char **message) {
    struct session *s = calloc(1, sizeof *s);
    struct probe *p = calloc(1, sizeof *p);
    bool good = s != NULL && p != NULL;
    *message = NULL;
    if (good) {
        p->isa = isa;
        p->backend = backend->operations->name;
        p->description = backend->operations->description(backend);
        p->worlds = backend->operations->worlds(backend, &p->world_count);
        p->options = *options;
        p->forms = calloc(isa->form_count * p->world_count + 1, sizeof *p->forms);
        *s = (struct session){.isa = isa, .m = m, .backend = backend, .options = options, .probe = p};
        s->explanations = explanations_new(options->records, isa, p->backend, p->description, message);
        s->system = system_forms_new(isa);
        good = p->forms != NULL && s->explanations != NULL && s->system != NULL;
    }
    double start = now();
    for (unsigned i = 0; good && i < p->world_count; i++) {
        s->world = i;
        good = !probe_world_wanted(options, &p->worlds[i]) || probe_world(s);
    }
    if (good) {
        p->seconds = now() - start;
        p->explanations = s->explanations;
        s->explanations = NULL;
    }
    if (s != NULL) {
        explanations_free(s->explanations);
        system_forms_free(s->system);
    }
    free(s);
    if (!good) {
        probe_free(p);
        return NULL;
    }
    return p;
}

void probe_free(struct probe *p) {
    if (p != NULL) {
        explanations_free(p->explanations);
        free(p->forms);
        free(p->rows);
        free(p);
    }
}
