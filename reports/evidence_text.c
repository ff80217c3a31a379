/* The evidence matrix as text. */
#include "evidence.h"

#include "wording.h"

#include <string.h>

#define ROWS_SHOWN 12u
#define REASONS_SHOWN 4u /* of each column */

static void print_totals(FILE *out, const struct evidence *e, bool coloured) {
    size_t all[EVIDENCE_STATE_COUNT] = {0};
    (void)fprintf(out, "  %-26s %10s %10s %10s %10s\n", "", "evidence", "explained", "against", "empty");
    for (unsigned c = 0; c <= EVIDENCE_COLUMN_COUNT; c++) {
        const size_t *t = c < EVIDENCE_COLUMN_COUNT ? e->totals[c] : all;
        bool loud = coloured && t[EVIDENCE_AGAINST] > 0;
        (void)fprintf(out, "%s  %-26s %10zu %10zu %10zu %10zu%s\n", loud ? "\033[31m" : "",
                      c < EVIDENCE_COLUMN_COUNT ? evidence_column_title(c) : "all cells", t[EVIDENCE_GIVEN], t[EVIDENCE_EXCLUDED],
                      t[EVIDENCE_AGAINST], t[EVIDENCE_EMPTY], loud ? "\033[0m" : "");
        for (unsigned s = 0; s < EVIDENCE_STATE_COUNT && c < EVIDENCE_COLUMN_COUNT; s++) {
            all[s] += t[s];
        }
    }
}

static void print_row(FILE *out, const struct evidence *e, const struct evidence_row *row) {
    const struct isa *isa = e->classification->isa;
    (void)fprintf(out, "\n%s [%s]: %s\n", isa->forms[row->verdict->form].text, isa->modes[row->verdict->mode].name,
                  verdict_class_name(row->verdict->class));
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        const struct evidence_cell *cell = &row->cells[c];
        static const char *const marks[] = {"empty    ", "evidence ", "explained", "AGAINST  "};
        (void)fprintf(out, "  %-26s %s  ", evidence_column_title(c), marks[cell->state]);
        write_wrapped(out, 40, 40, cell->text);
    }
}

/* Rows in which something contradicts the tables. */
static void print_against(FILE *out, const struct evidence *e) {
    const struct isa *isa = e->classification->isa;
    size_t shown = 0;
    for (size_t i = 0; i < e->row_count; i++) {
        for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
            const struct evidence_cell *cell = &e->rows[i].cells[c];
            if (cell->state == EVIDENCE_AGAINST) {
                (void)fprintf(out, "%s  %s [%s], %s: %s\n", shown == 0 ? "\nAgainst the tables:\n" : "", isa->forms[e->rows[i].verdict->form].text,
                              isa->modes[e->rows[i].verdict->mode].name, evidence_column_name(c), cell->text);
                shown++;
            }
        }
    }
}

/* Why cells of the column are empty, each reason once. */
static void print_empty(FILE *out, const struct evidence *e, unsigned column) {
    const char *said[8];
    size_t count = 0;
    for (size_t i = 0; i < e->row_count && count < 8; i++) {
        const struct evidence_cell *cell = &e->rows[i].cells[column];
        bool known = cell->state != EVIDENCE_EMPTY;
        for (size_t k = 0; !known && k < count; k++) {
            known = strcmp(said[k], cell->text) == 0;
        }
        if (!known) {
            size_t alike = 0;
            for (size_t k = i; k < e->row_count; k++) {
                const struct evidence_cell *other = &e->rows[k].cells[column];
                alike += other->state == EVIDENCE_EMPTY && strcmp(other->text, cell->text) == 0 ? 1u : 0u;
            }
            said[count++] = cell->text;
            (void)fprintf(out, "  %6zu  %s: ", alike, evidence_column_name(column));
            write_wrapped(out, 12 + (unsigned)strlen(evidence_column_name(column)), 10, cell->text);
        }
    }
}

static void print_exclusions(FILE *out, const struct evidence *e) {
    size_t shown = 0;
    size_t left = 0;
    for (size_t i = 0; i < e->exclusion_count; i++) {
        const struct evidence_reason *r = &e->exclusions[i];
        shown = i > 0 && e->exclusions[i - 1].column == r->column ? shown + 1 : 0;
        if (shown < REASONS_SHOWN) {
            (void)fprintf(out, "%s  %6zu  %s: ", i == 0 ? "\nExplained, and why (the most frequent reasons):\n" : "", r->count,
                          evidence_column_name(r->column));
            write_wrapped(out, 12 + (unsigned)strlen(evidence_column_name(r->column)), 10, r->text);
        } else {
            left++;
        }
    }
    if (left > 0) {
        (void)fprintf(out, "  and %zu other reasons, which --format json has\n", left);
    }
}

static void print_list(FILE *out, const char *title, const char *const *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s  ", i == 0 ? title : "");
        write_wrapped(out, 4, 4, lines[i]);
    }
}

bool report_evidence_text(FILE *out, const struct evidence *e, bool detailed, bool coloured) {
    const struct classification *c = e->classification;
    write_wrapped_format(out, 0, "%s: evidence, profile %s", c->isa->title, profile_in(c->isa, c->profile, 0)->name);
    (void)fprintf(out, "%zu forms and modes\n\n", e->row_count);
    print_totals(out, e, coloured);
    for (size_t i = 0; i < e->row_count && (detailed || e->row_count <= ROWS_SHOWN); i++) {
        print_row(out, e, &e->rows[i]);
    }
    print_against(out, e);
    (void)fputs("\nEmpty:\n", out);
    for (unsigned k = 0; k < EVIDENCE_COLUMN_COUNT; k++) {
        print_empty(out, e, k);
    }
    print_exclusions(out, e);
    print_list(out, "\nMade of, beside the tables:\n", e->sources, e->source_count);
    print_list(out, "\nAssumptions:\n", c->assumptions, c->assumption_count);
    return true;
}
