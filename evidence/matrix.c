/* Fills the cells of each row from the classification, the measurements and the ledgers, and counts them. */
#include "evidence.h"

#include "handlers.h"
#include "measurements.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct matrix {
    struct evidence result; /* first: what the caller gets */
    struct evidence_row *rows;
    struct evidence_reason *exclusions;
    char **texts; /* all that were made */
    size_t text_count, text_capacity;
    char **sources;
    bool failed;
    const struct evidence_inputs *inputs;
    struct measurements *measurements;
    struct handlers *handlers;
};

const char *evidence_column_name(enum evidence_column c) {
    static const char *const names[] = {"class",       "replayed",        "native", "kvm",     "unicorn", "witness_native",
                                        "witness_kvm", "witness_unicorn", "direct", "handler", "closed"};
    return names[c];
}

const char *evidence_column_title(enum evidence_column c) {
    static const char *const titles[] = {"class decided",          "witness on the evaluator",  "runs on this processor", "runs under KVM",
                                         "runs on Unicorn",        "witness on this processor", "witness under KVM",      "witness on Unicorn",
                                         "runs directly: no hole", "traps: handler proven",     "hole: how it is closed"};
    return titles[c];
}

const char *evidence_state_name(enum evidence_state s) {
    static const char *const names[] = {"empty", "evidence", "excluded", "against"};
    return names[s];
}

static const char *keep(struct matrix *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *keep(struct matrix *m, const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    if (m->text_count == m->text_capacity) {
        size_t capacity = m->text_capacity == 0 ? 1024 : 2 * m->text_capacity;
        char **larger = realloc(m->texts, capacity * sizeof *larger);
        m->failed = m->failed || larger == NULL;
        m->texts = larger == NULL ? m->texts : larger;
        m->text_capacity = larger == NULL ? m->text_capacity : capacity;
    }
    va_start(arguments, format);
    int length = m->failed ? -1 : vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        m->failed = true;
        return "";
    }
    m->texts[m->text_count++] = text;
    return text;
}

static struct evidence_cell cell(enum evidence_state state, const char *text) { return (struct evidence_cell){state, text}; }

/* ---- what the solver decided ------------------------------------------------------------------------------------------------------------------- */

static const char *fingerprint_of(const struct matrix *m, const struct form_verdict *v, enum question q) {
    const struct classification *c = m->inputs->classification;
    return v->fingerprints[q] == 0 ? "" : c->fingerprints[v->fingerprints[q] - 1];
}

/* The question whose answer makes the class: what is sensitive about it, or that nothing is. */
static enum question telling_question(const struct form_verdict *v) {
    static const enum question order[] = {QUESTION_HOLE, QUESTION_CONTROL, QUESTION_LOCATION, QUESTION_MODE};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (v->answers[order[i]] == ANSWER_YES) {
            return order[i];
        }
    }
    return QUESTION_HOLE;
}

static struct evidence_cell class_cell(struct matrix *m, const struct form_verdict *v) {
    enum question q = telling_question(v);
    if (v->class == VERDICT_UNDECIDED || v->answers[q] == ANSWER_UNDECIDED) {
        return cell(EVIDENCE_EMPTY, "the solver gave up");
    }
    return cell(EVIDENCE_GIVEN, keep(m, "%s; %s: %s, query %.12s", verdict_class_name(v->class), question_name(q),
                                     v->answers[q] == ANSWER_YES ? "sat" : "unsat", fingerprint_of(m, v, q)));
}

/* The classifier plays every witness before it gives a verdict; one that does not replay is an error of the program, and there is no matrix. */
static struct evidence_cell replayed_cell(struct matrix *m, const struct form_verdict *v) {
    return v->witness == NULL ? cell(EVIDENCE_EXCLUDED, "no witness: nothing is sensitive")
                              : cell(EVIDENCE_GIVEN, keep(m, "witness of %s replayed", question_name(v->witness->question)));
}

static struct evidence_cell direct_cell(struct matrix *m, const struct form_verdict *v) {
    if (v->answers[QUESTION_HOLE] == ANSWER_UNDECIDED || v->privileged == ANSWER_UNDECIDED) {
        return cell(EVIDENCE_EMPTY, "the solver gave up");
    }
    if (v->privileged == ANSWER_YES) {
        return cell(EVIDENCE_EXCLUDED, "it traps and does not run directly");
    }
    if (v->answers[QUESTION_HOLE] == ANSWER_YES) {
        return cell(EVIDENCE_EXCLUDED, "it has a hole and must not run directly");
    }
    return cell(EVIDENCE_GIVEN, keep(m, "no hole: unsat, query %.12s", fingerprint_of(m, v, QUESTION_HOLE)));
}

static struct evidence_cell closed_cell(struct matrix *m, const struct form_verdict *v) {
    const struct classification *c = m->inputs->classification;
    const struct profile *p = profile_in(c->isa, c->profile, 0);
    char settings[200] = "";
    if (v->answers[QUESTION_HOLE] != ANSWER_YES) {
        return v->answers[QUESTION_HOLE] == ANSWER_NO ? cell(EVIDENCE_EXCLUDED, "no hole") : cell(EVIDENCE_EMPTY, "the solver gave up");
    }
    if (v->closable != ANSWER_YES) {
        return cell(EVIDENCE_EMPTY, "no setting closes it: it must be found before it runs, and replaced or interpreted");
    }
    for (size_t i = 0; i < p->free_bit_count; i++) {
        if ((v->closing_mask >> i & 1) != 0) {
            size_t length = strlen(settings);
            (void)snprintf(settings + length, sizeof settings - length, "%s%s=%u", length == 0 ? "" : ", ", c->isa->leaves[p->free_bits[i].leaf].name,
                           v->closing_bits >> i & 1);
        }
    }
    return cell(EVIDENCE_GIVEN, keep(m, "closed by %s", settings));
}

static struct evidence_cell handler_cell(struct matrix *m, const struct form_verdict *v) {
    unsigned goals = 0;
    unsigned proven = 0;
    if (v->privileged == ANSWER_NO) {
        return cell(EVIDENCE_EXCLUDED, "there is a user state in which it does not trap");
    }
    const char *function = handlers_find(m->handlers, m->inputs->classification->isa, v->form, v->mode, &goals, &proven);
    if (function == NULL) {
        return cell(EVIDENCE_EMPTY, "no proven handler");
    }
    return cell(goals > 0 && goals == proven ? EVIDENCE_GIVEN : EVIDENCE_EMPTY, keep(m, "%s: %u/%u goals", function, proven, goals));
}

/* ---- what machines showed ---------------------------------------------------------------------------------------------------------------------- */

/* The backends are x86 machines. */
static bool runs_on_processors(const struct matrix *m) { return strncmp(m->inputs->classification->isa->name, "x86", 3) == 0; }

static struct evidence_cell unmeasured(const struct matrix *m, enum machine machine, const char *mode) {
    if (!runs_on_processors(m)) {
        return cell(EVIDENCE_EXCLUDED, "no processor runs this ISA");
    }
    if (!measurements_has(m->measurements, machine)) {
        return cell(EVIDENCE_EMPTY, "no results of this machine");
    }
    if (!measurements_has_mode(m->measurements, machine, mode)) {
        return cell(EVIDENCE_EXCLUDED, "the backend has no such operating mode");
    }
    if (measurements_is_system_only(m->measurements, machine)) {
        return cell(EVIDENCE_EXCLUDED, "only system forms were run there");
    }
    return cell(EVIDENCE_EMPTY, "not in the results");
}

static struct evidence_cell machine_cell(struct matrix *m, const struct form_verdict *v, enum machine machine) {
    const struct isa *isa = m->inputs->classification->isa;
    const struct measured_runs *r = measured_runs(m->measurements, machine, v->form, v->mode);
    unsigned all = r->agree + r->known + r->differ;
    const char *reason = r->reason == NULL ? "" : r->reason;
    if (r->differ > 0) {
        return cell(EVIDENCE_AGAINST, keep(m, "%u of %u runs differ from the tables", r->differ, all));
    }
    if (r->agree > 0) {
        return cell(EVIDENCE_GIVEN, r->known == 0 ? keep(m, "%u runs as predicted", r->agree)
                                                  : keep(m, "%u runs as predicted; %u not: %s", r->agree, r->known, reason));
    }
    if (r->known > 0) {
        return cell(EVIDENCE_EXCLUDED, keep(m, "recorded: %s", reason));
    }
    if (r->absent + r->elsewhere > 0) {
        const char *extension = isa->forms[v->form].extension;
        return cell(EVIDENCE_EXCLUDED,
                    keep(m, r->elsewhere == 0 ? "the processor does not have %s: #UD" : "the processor does not say that it has %s", extension));
    }
    return r->not_run > 0 ? cell(EVIDENCE_EXCLUDED, keep(m, "not run: %s", reason)) : unmeasured(m, machine, isa->modes[v->mode].name);
}

static struct evidence_cell witness_cell(struct matrix *m, const struct form_verdict *v, enum machine machine) {
    const struct measured_witness *w = measured_witness(m->measurements, machine, v->form, v->mode);
    if (v->witness == NULL) {
        return cell(EVIDENCE_EXCLUDED, "no witness: nothing is sensitive");
    }
    switch (w->verdict) {
    case WITNESS_CONFIRMED:
        return cell(EVIDENCE_GIVEN, keep(m, "witness of %s confirmed", w->question));
    case WITNESS_EXPLAINED:
        return cell(EVIDENCE_EXCLUDED, keep(m, "recorded: %s", w->reason));
    case WITNESS_REFUTED:
        return cell(EVIDENCE_AGAINST, keep(m, "witness of %s refuted: %s", w->question, w->reason));
    case WITNESS_NOT_REACHABLE:
        return cell(EVIDENCE_EXCLUDED, keep(m, "the machine cannot be put into that state: %s", w->reason));
    default:
        if (!runs_on_processors(m)) {
            return cell(EVIDENCE_EXCLUDED, "no processor runs this ISA");
        }
        return cell(EVIDENCE_EMPTY, measurements_has_witnesses(m->measurements, machine) ? "not in the results" : "no results of this machine");
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------------------------- */

static void fill_row(struct matrix *m, struct evidence_row *row) {
    const struct form_verdict *v = row->verdict;
    row->cells[EVIDENCE_CLASS] = class_cell(m, v);
    row->cells[EVIDENCE_REPLAYED] = replayed_cell(m, v);
    for (unsigned machine = 0; machine < MACHINE_COUNT; machine++) {
        row->cells[EVIDENCE_NATIVE + machine] = machine_cell(m, v, machine);
        row->cells[EVIDENCE_WITNESS_NATIVE + machine] = witness_cell(m, v, machine);
    }
    row->cells[EVIDENCE_DIRECT] = direct_cell(m, v);
    row->cells[EVIDENCE_HANDLER] = handler_cell(m, v);
    row->cells[EVIDENCE_CLOSED] = closed_cell(m, v);
}

static int by_text(const void *a, const void *b) {
    const struct evidence_reason *x = a;
    const struct evidence_reason *y = b;
    return x->column != y->column ? (x->column < y->column ? -1 : 1) : strcmp(x->text, y->text);
}

static int by_count(const void *a, const void *b) {
    const struct evidence_reason *x = a;
    const struct evidence_reason *y = b;
    if (x->column != y->column || x->count == y->count) {
        return by_text(a, b);
    }
    return x->count > y->count ? -1 : 1;
}

/* One entry for each column and text of the excluded cells. */
static bool collect_exclusions(struct matrix *m) {
    size_t most = 0;
    size_t count = 0;
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        most += m->result.totals[c][EVIDENCE_EXCLUDED];
    }
    struct evidence_reason *list = calloc(most + 1, sizeof *list);
    if (list == NULL) {
        return false;
    }
    for (size_t i = 0; i < m->result.row_count; i++) {
        for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
            if (m->rows[i].cells[c].state == EVIDENCE_EXCLUDED) {
                list[count++] = (struct evidence_reason){c, m->rows[i].cells[c].text, 1};
            }
        }
    }
    qsort(list, count, sizeof *list, by_text);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && by_text(&list[kept - 1], &list[i]) == 0) {
            list[kept - 1].count++;
        } else {
            list[kept++] = list[i];
        }
    }
    qsort(list, kept, sizeof *list, by_count);
    m->exclusions = list;
    m->result.exclusions = list;
    m->result.exclusion_count = kept;
    return true;
}

static const char *machine_line(struct matrix *m, const json_t *result) {
    const json_t *machine = json_object_get(result, "machine");
    const char *first = json_string_value(json_is_array(machine) ? json_array_get(machine, 0) : machine);
    const char *backend = json_string_value(json_object_get(result, "backend"));
    first = first == NULL ? "" : first;
    return keep(m, "%s: %.*s%s", backend == NULL ? "" : backend, (int)strcspn(first, "\n"), first,
                json_object_get(result, "witnesses") != NULL ? " (witnesses)" : "");
}

static bool collect_sources(struct matrix *m) {
    const struct evidence_inputs *in = m->inputs;
    size_t count = 0;
    size_t most = in->ledger_count;
    for (size_t i = 0; i < in->result_count; i++) {
        most += json_array_size(json_object_get(in->results[i], "probes")) + json_array_size(json_object_get(in->results[i], "replays"));
    }
    const char **sources = calloc(most + 1, sizeof *sources);
    m->result.sources = sources;
    for (size_t i = 0; sources != NULL && i < in->result_count; i++) {
        const json_t *probes = json_object_get(in->results[i], "probes");
        const json_t *list = probes != NULL ? probes : json_object_get(in->results[i], "replays");
        for (size_t k = 0; k < json_array_size(list); k++) {
            sources[count++] = machine_line(m, json_array_get(list, k));
        }
    }
    for (size_t i = 0; sources != NULL && i < in->ledger_count; i++) {
        sources[count++] =
            keep(m, "proofs: %s, %lld of %lld goals", in->ledger_names[i], (long long)json_integer_value(json_object_get(in->ledgers[i], "proven")),
                 (long long)json_integer_value(json_object_get(in->ledgers[i], "total")));
    }
    m->result.source_count = count;
    return sources != NULL;
}

static bool fill(struct matrix *m) {
    const struct classification *c = m->inputs->classification;
    m->rows = calloc(c->verdict_count + 1, sizeof *m->rows);
    m->result.classification = c;
    m->result.rows = m->rows;
    for (size_t i = 0; m->rows != NULL && i < c->verdict_count; i++) {
        struct evidence_row *row = &m->rows[m->result.row_count++];
        row->verdict = &c->verdicts[i];
        fill_row(m, row);
        for (unsigned k = 0; k < EVIDENCE_COLUMN_COUNT; k++) {
            m->result.totals[k][row->cells[k].state]++;
        }
    }
    return m->rows != NULL && collect_exclusions(m) && collect_sources(m) && !m->failed;
}

struct evidence *evidence_make(const struct evidence_inputs *inputs, char **message) {
    const struct classification *c = inputs->classification;
    struct matrix *m = calloc(1, sizeof *m);
    *message = NULL;
    if (m == NULL) {
        return NULL;
    }
    m->inputs = inputs;
    m->measurements = measurements_new(inputs, profile_in(c->isa, c->profile, 0)->name, message);
    m->handlers = m->measurements == NULL ? NULL : handlers_new(inputs, message);
    bool good = m->handlers != NULL && fill(m);
    measurements_free(m->measurements);
    handlers_free(m->handlers);
    if (!good) {
        evidence_free(&m->result);
        return NULL;
    }
    return &m->result;
}

void evidence_free(struct evidence *e) {
    struct matrix *m = (struct matrix *)e;
    if (m != NULL) {
        for (size_t i = 0; i < m->text_count; i++) {
            free(m->texts[i]);
        }
        free((void *)m->texts);
        free((void *)(uintptr_t)m->result.sources);
        free(m->rows);
        free(m->exclusions);
        free(m);
    }
}
