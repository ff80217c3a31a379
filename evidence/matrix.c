/* Makes the rows, and counts their cells. */
#include "matrix.h"

#include "../isa-model/grow.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

const char *matrix_keep(struct matrix *m, const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    char **larger = array_grow(m->texts, m->text_count, &m->text_capacity, sizeof *larger);
    if (larger == NULL) {
        m->failed = true;
        return "";
    }
    m->texts = larger;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        m->failed = true;
        return "";
    }
    m->texts[m->text_count++] = text;
    return text;
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------------------------- */

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
    return matrix_keep(m, "%s: %.*s%s", backend == NULL ? "" : backend, (int)strcspn(first, "\n"), first,
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
        sources[count++] = matrix_keep(m, "proofs: %s, %lld of %lld goals", in->ledger_names[i],
                                       (long long)json_integer_value(json_object_get(in->ledgers[i], "proven")),
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
        matrix_fill_row(m, row);
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
