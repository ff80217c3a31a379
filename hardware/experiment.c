/* Makes pairs of states, runs both, judges each run by the tables and the pair by what a program sees. */
#include "experiment.h"

#include "choose.h"
#include "features.h"
#include "judge.h"
#include "system_forms.h"

#include <stdlib.h>
#include <string.h>

#define PAIRS_MOST 32u  /* at once */
#define EVALUATIONS 16u /* a clock, or what is not known of the machine, must not pass for certain */

struct pairs {
    struct decoded decoded[PAIRS_MOST];
    struct run runs[2][PAIRS_MOST];
    struct run_result results[2][PAIRS_MOST];
    struct judgement judged[2];
    unsigned count;
};

struct session {
    const struct matcher *m;
    struct backend *backend;
    const struct probe_options *options;
    struct experiment *experiment;
    struct system_forms *system;
    const struct world *worlds[2]; /* of the two states */
    struct predictor *predictors[2];
    struct pairs pairs;
    bool failed;
};

const char *pair_outcome_name(enum pair_outcome o) {
    static const char *const names[] = {"same", "differs", "traps-in-first", "traps-in-second", "traps-in-both", "lost"};
    return names[o];
}

enum pair_outcome experiment_says(const struct experiment_row *r) {
    static const enum pair_outcome order[] = {PAIR_DIFFERS, PAIR_TRAPS_IN_FIRST, PAIR_TRAPS_IN_SECOND, PAIR_SAME, PAIR_TRAPS_IN_BOTH};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (r->pairs[order[i]] > 0) {
            return order[i];
        }
    }
    return PAIR_LOST;
}

/* ---- pairs ------------------------------------------------------------------------------------------------------------------------------------- */

/* The state at CPL 0 that shows a program what `first` shows at CPL 3. */
static void raise_level(const struct world *inner, struct run *second) {
    second->before.cpl = inner->base.cpl;
    second->before.segments[SEGMENT_CS] = inner->base.segments[SEGMENT_CS];
    second->before.segments[SEGMENT_SS] = inner->base.segments[SEGMENT_SS];
}

static void relocate(const struct world *w, struct run *second) {
    second->before.gdtr_base = w->relocated->gdtr_base;
    second->before.idtr_base = w->relocated->idtr_base;
    second->before.ldtr = w->relocated->ldtr;
    second->before.tr = w->relocated->tr;
}

/* As many as fit, from state `number` on; the number of the next state. */
static unsigned make_pairs(struct session *s, unsigned form, enum experiment_kind kind, bool memory, unsigned number) {
    struct pairs *p = &s->pairs;
    p->count = 0;
    for (; number < s->options->states && p->count < PAIRS_MOST; number++) {
        const struct choice choice = {s->options->seed, number, memory};
        struct run *first = &p->runs[0][p->count];
        if (!choose_run(s->experiment->isa, s->m, form, s->worlds[0], &choice, first, &p->decoded[p->count])) {
            continue;
        }
        struct run *second = &p->runs[1][p->count];
        *second = *first;
        if (kind == EXPERIMENT_MODES) {
            raise_level(s->worlds[1], second);
        } else {
            relocate(s->worlds[1], second);
        }
        p->count++;
    }
    return number;
}

/* ---- judging ----------------------------------------------------------------------------------------------------------------------------------- */

/* What differs because the states do: the level with its code and stack segment; the registers that say where the tables are. */
static bool is_of_level(const char *name) { return strcmp(name, "cpl") == 0 || strncmp(name, "cs.", 3) == 0 || strncmp(name, "ss.", 3) == 0; }

static bool is_of_place(const char *name) {
    return strcmp(name, "gdtr.base") == 0 || strcmp(name, "idtr.base") == 0 || strncmp(name, "ldtr.", 5) == 0 || strncmp(name, "tr.", 3) == 0;
}

static enum probe_verdict judge_run(struct session *s, struct experiment_row *row, unsigned which, unsigned k) {
    struct pairs *p = &s->pairs;
    const struct world *world = s->worlds[which];
    const struct judge judge = {world, s->predictors[which], s->experiment->explanations, EVALUATIONS, s->options->wrong_prediction};
    const struct trial trial = {row->form, &p->decoded[k], &p->runs[which][k], &p->results[which][k]};
    struct judgement *judged = &p->judged[which];
    if (!judge_trial(&judge, &trial, judged)) {
        return PROBE_CANNOT_RUN;
    }
    if (judged->count == 0) {
        return PROBE_AGREES;
    }
    if (judged->record != NULL) {
        return PROBE_KNOWN;
    }
    if (row->runs[PROBE_DIFFERS] == 0) {
        memcpy(row->expected, judged->expected, sizeof row->expected);
        memcpy(row->seen, judged->seen, sizeof row->seen);
        row->against = judged->differences[0];
        row->against_cpl = world->cpl;
    }
    return PROBE_DIFFERS;
}

static enum pair_outcome judge_pair(struct session *s, enum experiment_kind kind, unsigned k, struct difference *shown) {
    struct pairs *p = &s->pairs;
    struct difference differences[DIFFERENCES_MOST];
    bool left[2];
    for (unsigned i = 0; i < 2; i++) {
        enum run_outcome outcome = p->results[i][k].outcome;
        if (outcome == RUN_LOST || outcome == RUN_HUNG) {
            return PAIR_LOST;
        }
        left[i] = outcome != RUN_DONE;
    }
    if (left[0] || left[1]) {
        return left[0] && left[1] ? PAIR_TRAPS_IN_BOTH : left[0] ? PAIR_TRAPS_IN_FIRST : PAIR_TRAPS_IN_SECOND;
    }
    const struct compared_run runs[2] = {{&p->judged[0].prediction, s->worlds[0], &p->runs[0][k], &p->results[0][k]},
                                         {&p->judged[1].prediction, s->worlds[1], &p->runs[1][k], &p->results[1][k]}};
    if (compare_results(runs, kind == EXPERIMENT_MODES ? is_of_level : is_of_place, differences) == 0) {
        return PAIR_SAME;
    }
    *shown = differences[0];
    return PAIR_DIFFERS;
}

static void judge(struct session *s, struct experiment_row *row, unsigned k) {
    struct difference shown = {.name = ""};
    enum probe_verdict verdicts[2];
    for (unsigned i = 0; i < 2; i++) {
        verdicts[i] = judge_run(s, row, i, k);
        row->runs[verdicts[i]]++;
    }
    if (verdicts[0] == PROBE_CANNOT_RUN || verdicts[1] == PROBE_CANNOT_RUN) {
        return;
    }
    enum pair_outcome outcome = judge_pair(s, row->kind, k, &shown);
    enum pair_outcome said = experiment_says(row);
    row->pairs[outcome]++;
    bool is_first = row->pairs[outcome] == 1 && experiment_says(row) == outcome && outcome != said;
    if (is_first && (outcome == PAIR_DIFFERS || outcome == PAIR_TRAPS_IN_FIRST || outcome == PAIR_TRAPS_IN_SECOND)) {
        row->shown = shown;
        for (unsigned i = 0; i < 2; i++) {
            describe_result(&s->pairs.results[i][k], row->outcomes[i], sizeof row->outcomes[i]);
        }
    }
}

/* ---- going through ----------------------------------------------------------------------------------------------------------------------------- */

static void run_pairs(struct session *s, struct experiment_row *row) {
    struct pairs *p = &s->pairs;
    for (unsigned i = 0; i < 2 && p->count > 0 && !s->failed; i++) {
        s->failed = !s->backend->operations->run(s->backend, s->worlds[i], p->runs[i], p->count, p->results[i]);
        s->experiment->runs += p->count;
    }
    for (unsigned k = 0; k < p->count && !s->failed; k++) {
        judge(s, row, k);
    }
}

static void try_form(struct session *s, unsigned form, unsigned world, enum experiment_kind kind) {
    const struct form *f = &s->experiment->isa->forms[form];
    bool variants[2] = {false, false}; /* a register, memory */
    if (feature_state(s->worlds[0], f->extension) != FEATURE_PRESENT || !encoder_variants(f, &variants[0], &variants[1]) ||
        explanations_exclusion(s->experiment->explanations, form, s->worlds[0]) != NULL) {
        return;
    }
    struct experiment_row *row = &s->experiment->rows[s->experiment->row_count++];
    *row = (struct experiment_row){.form = form, .world = world, .kind = kind};
    variants[0] = variants[0] || !variants[1];
    for (unsigned memory = 0; memory < 2; memory++) {
        for (unsigned number = 0; variants[memory] && number < s->options->states && !s->failed;) {
            number = make_pairs(s, form, kind, memory != 0, number);
            run_pairs(s, row);
        }
    }
}

static void try_worlds(struct session *s, const struct world *first, const struct world *second, enum experiment_kind kind) {
    struct experiment *e = s->experiment;
    s->worlds[0] = first;
    s->worlds[1] = second;
    for (unsigned i = 0; i < 2; i++) {
        s->predictors[i] = predictor_new(e->isa, s->m, s->worlds[i]);
        s->failed = s->failed || s->predictors[i] == NULL;
    }
    for (unsigned form = 0; form < e->isa->form_count && !s->failed; form++) {
        if (probe_form_wanted(s->options, e->isa, s->system, first, form)) {
            try_form(s, form, (unsigned)(first - e->worlds), kind);
        }
    }
    predictor_free(s->predictors[0]);
    predictor_free(s->predictors[1]);
}

/* The world of the same mode at CPL 0. */
static const struct world *inner_level(const struct experiment *e, const struct world *w) {
    for (size_t i = 0; w->cpl != 0 && i < e->world_count; i++) {
        if (e->worlds[i].mode == w->mode && e->worlds[i].cpl == 0 && e->worlds[i].unusable == NULL) {
            return &e->worlds[i];
        }
    }
    return NULL;
}

static void try_all(struct session *s) {
    const struct experiment *e = s->experiment;
    for (size_t i = 0; i < e->world_count && !s->failed; i++) {
        const struct world *w = &e->worlds[i];
        const struct world *inner = inner_level(e, w);
        if (w->unusable != NULL || !probe_world_wanted(s->options, w)) {
            continue;
        }
        if (inner != NULL) {
            try_worlds(s, w, inner, EXPERIMENT_MODES);
        }
        if (w->relocated != NULL) {
            try_worlds(s, w, w, EXPERIMENT_RELOCATIONS);
        }
    }
}

struct experiment *experiment_make(const struct isa *isa, const struct matcher *m, struct backend *backend, const struct probe_options *options,
                                   char **message) {
    struct session *s = calloc(1, sizeof *s);
    struct experiment *e = calloc(1, sizeof *e);
    *message = NULL;
    if (s == NULL || e == NULL) {
        free(s);
        free(e);
        return NULL;
    }
    e->isa = isa;
    e->backend = backend->operations->name;
    e->description = backend->operations->description(backend);
    e->worlds = backend->operations->worlds(backend, &e->world_count);
    e->rows = calloc(isa->form_count * e->world_count * EXPERIMENT_KIND_COUNT + 1, sizeof *e->rows);
    e->explanations = explanations_new(options->records, isa, e->backend, e->description, message);
    s->m = m;
    s->backend = backend;
    s->options = options;
    s->experiment = e;
    s->system = system_forms_new(isa);
    bool good = e->rows != NULL && e->explanations != NULL && s->system != NULL;
    if (good) {
        try_all(s);
        good = !s->failed;
    }
    system_forms_free(s->system);
    free(s);
    if (!good) {
        experiment_free(e);
        return NULL;
    }
    return e;
}

void experiment_free(struct experiment *e) {
    if (e != NULL) {
        explanations_free(e->explanations);
        free(e->rows);
        free(e);
    }
}
