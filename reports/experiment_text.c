/* The experiment of Popek and Goldberg as text. */
#include "experiment.h"

#include "wording.h"

#include <string.h>

static const struct {
    const char *title, *first, *second; /* of the two states */
    const char *says[PAIR_OUTCOME_COUNT];
} kinds[EXPERIMENT_KIND_COUNT] = {
    {"The same state at CPL 3 and at CPL 0",
     "at CPL 3",
     "at CPL 0",
     {"do the same", "show the level: neither traps, and the results differ", "trap at CPL 3 alone", "trap at CPL 0 alone", "trap at both",
      "lose the machine"}},
    {"The same tables at two places, LDT and TSS under two selectors",
     "at the first place",
     "at the second",
     {"do the same", "show the place: neither traps, and the results differ", "trap at the first place alone", "trap at the second place alone",
      "trap at both", "lose the machine"}},
};

static const enum pair_outcome order[] = {PAIR_SAME, PAIR_TRAPS_IN_BOTH, PAIR_LOST, PAIR_TRAPS_IN_FIRST, PAIR_TRAPS_IN_SECOND, PAIR_DIFFERS};

static void print_row(FILE *out, const struct experiment *e, const struct experiment_row *r, enum pair_outcome says) {
    const struct world *w = &e->worlds[r->world];
    (void)fprintf(out, "  %s  [%s", e->isa->forms[r->form].text, matcher_mode_name(w->mode));
    (void)fprintf(out, r->kind == EXPERIMENT_MODES ? "]\n" : ", CPL %u]\n", w->cpl);
    if (says == PAIR_DIFFERS) {
        (void)fprintf(out, "      %s: 0x%llx %s, 0x%llx %s\n", r->shown.name, (unsigned long long)r->shown.expected, kinds[r->kind].first,
                      (unsigned long long)r->shown.seen, kinds[r->kind].second);
    } else {
        (void)fprintf(out, "      %s %s, %s %s\n", r->outcomes[0], kinds[r->kind].first, r->outcomes[1], kinds[r->kind].second);
    }
}

static size_t count_rows(const struct experiment *e, enum experiment_kind kind, enum pair_outcome says) {
    size_t count = 0;
    for (size_t i = 0; i < e->row_count; i++) {
        count += e->rows[i].kind == kind && experiment_says(&e->rows[i]) == says ? 1u : 0u;
    }
    return count;
}

/* Forms that trap outside CPL 0 alone are what a machine is expected to have: they are counted, not listed. */
static bool is_listed(enum experiment_kind kind, enum pair_outcome says) {
    return says == PAIR_DIFFERS || says == PAIR_TRAPS_IN_SECOND || (says == PAIR_TRAPS_IN_FIRST && kind == EXPERIMENT_RELOCATIONS);
}

static void print_kind(FILE *out, const struct experiment *e, enum experiment_kind kind) {
    (void)fprintf(out, "\n%s: forms and modes that\n", kinds[kind].title);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        (void)fprintf(out, "  %6zu  %s\n", count_rows(e, kind, order[i]), kinds[kind].says[order[i]]);
    }
    for (size_t i = 0; i < e->row_count; i++) {
        enum pair_outcome says = experiment_says(&e->rows[i]);
        if (e->rows[i].kind == kind && is_listed(kind, says)) {
            print_row(out, e, &e->rows[i], says);
        }
    }
}

static void print_comparison(FILE *out, const struct experiment *e) {
    static const struct {
        enum probe_verdict verdict;
        const char *title;
    } verdicts[] = {{PROBE_AGREES, "as the tables say"}, {PROBE_KNOWN, "a recorded difference"}, {PROBE_DIFFERS, "DIFFER from the tables"}};
    (void)fprintf(out, "\n%zu runs, each against the tables:\n", e->runs);
    for (size_t v = 0; v < sizeof verdicts / sizeof verdicts[0]; v++) {
        size_t count = 0;
        for (size_t i = 0; i < e->row_count; i++) {
            count += e->rows[i].runs[verdicts[v].verdict];
        }
        (void)fprintf(out, "  %8zu  %s\n", count, verdicts[v].title);
    }
    for (size_t i = 0; i < e->row_count; i++) {
        const struct experiment_row *r = &e->rows[i];
        if (r->runs[PROBE_DIFFERS] > 0) {
            (void)fprintf(out, "  %s  [%s, CPL %u]\n      expected %s, seen %s", e->isa->forms[r->form].text,
                          matcher_mode_name(e->worlds[r->world].mode), r->against_cpl, r->expected, r->seen);
            (void)fprintf(out, strcmp(r->against.name, "outcome") == 0 ? "\n" : "; %s: 0x%llx, not 0x%llx\n", r->against.name,
                          (unsigned long long)r->against.seen, (unsigned long long)r->against.expected);
        }
    }
}

bool report_experiment_text(FILE *out, const struct experiment *e) {
    (void)fprintf(out, "%s: Popek and Goldberg's experiment on %s\n", e->isa->title, e->backend);
    for (const char *line = e->description; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        (void)fprintf(out, "  %.*s\n", (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    for (unsigned kind = 0; kind < EXPERIMENT_KIND_COUNT; kind++) {
        print_kind(out, e, (enum experiment_kind)kind);
    }
    print_comparison(out, e);
    return true;
}
