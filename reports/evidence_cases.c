/* The evidence matrix as cases: a form in a mode fails where something contradicts the tables, and is open where nothing is known of a question. */
#include "cases.h"
#include "evidence.h"

static void add_row(struct case_list *l, const struct evidence *e, const struct evidence_row *row) {
    const struct isa *isa = e->classification->isa;
    const struct form *form = &isa->forms[row->verdict->form];
    const char *mode = isa->modes[row->verdict->mode].name;
    cases_add(l, mode, form->text, NULL);
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        const struct evidence_cell *cell = &row->cells[c];
        char fingerprint[400];
        bool against = cell->state == EVIDENCE_AGAINST;
        (void)snprintf(fingerprint, sizeof fingerprint, "%s/%s/%s/%s", isa->name, mode, form->text, evidence_column_name(c));
        const struct finding finding = {.kind = against ? FINDING_REFUTED : FINDING_OPEN,
                                        .rule = evidence_column_name(c),
                                        .rule_title = evidence_column_title(c),
                                        .message = cell->text,
                                        .source = form->source,
                                        .fingerprint = fingerprint,
                                        .place = &form->place};
        if (against || cell->state == EVIDENCE_EMPTY) {
            cases_finding(l, &finding);
        }
    }
}

static bool write_cases(FILE *out, const struct evidence *e, cases_writer *write) {
    const struct classification *c = e->classification;
    char name[256];
    struct case_list *l = cases_new();
    if (l == NULL) {
        return false;
    }
    (void)snprintf(name, sizeof name, "%s, profile %s: evidence", c->isa->name, profile_in(c->isa, c->profile, 0)->name);
    cases_suite(l, name, 0);
    for (size_t i = 0; i < e->source_count; i++) {
        cases_property(l, "source", e->sources[i]);
    }
    for (size_t i = 0; i < e->row_count; i++) {
        add_row(l, e, &e->rows[i]);
    }
    bool complete = write(out, l);
    cases_free(l);
    return complete;
}

bool report_evidence_junit(FILE *out, const struct evidence *e) { return write_cases(out, e, cases_junit); }
bool report_evidence_tap(FILE *out, const struct evidence *e) { return write_cases(out, e, cases_tap); }
bool report_evidence_sarif(FILE *out, const struct evidence *e) { return write_cases(out, e, cases_sarif); }
