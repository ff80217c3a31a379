/* The evidence matrix as tables: CSV has a line for each form and mode with two columns for each question, Markdown the totals and what is against.
 */
#include "evidence.h"
#include "table.h"

#define FIXED 3u

bool report_evidence_csv(FILE *out, const struct evidence *e) {
    const struct isa *isa = e->classification->isa;
    const char *headings[FIXED + 2 * EVIDENCE_COLUMN_COUNT] = {"form", "mode", "verdict"};
    char texts[EVIDENCE_COLUMN_COUNT][64];
    struct table_writer w;
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        (void)snprintf(texts[c], sizeof texts[c], "%s_text", evidence_column_name(c));
        headings[FIXED + 2 * c] = evidence_column_name(c);
        headings[FIXED + 2 * c + 1] = texts[c];
    }
    table_begin(&w, out, false, headings, FIXED + 2 * (size_t)EVIDENCE_COLUMN_COUNT);
    for (size_t i = 0; i < e->row_count; i++) {
        const struct form_verdict *v = e->rows[i].verdict;
        table_text(&w, isa->forms[v->form].text);
        table_text(&w, isa->modes[v->mode].name);
        table_text(&w, verdict_class_name(v->class));
        for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
            table_text(&w, evidence_state_name(e->rows[i].cells[c].state));
            table_text(&w, e->rows[i].cells[c].text);
        }
    }
    return true;
}

static void write_totals(FILE *out, const struct evidence *e) {
    static const char *const headings[] = {"Question", "Evidence", "Explained", "Against", "Empty"};
    struct table_writer w;
    table_begin(&w, out, true, headings, sizeof headings / sizeof headings[0]);
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        table_text(&w, evidence_column_title(c));
        table_format(&w, "%zu", e->totals[c][EVIDENCE_GIVEN]);
        table_format(&w, "%zu", e->totals[c][EVIDENCE_EXCLUDED]);
        table_format(&w, "%zu", e->totals[c][EVIDENCE_AGAINST]);
        table_format(&w, "%zu", e->totals[c][EVIDENCE_EMPTY]);
    }
}

static void write_against(FILE *out, const struct evidence *e) {
    static const char *const headings[] = {"Form", "Mode", "Question", "What was seen"};
    const struct isa *isa = e->classification->isa;
    struct table_writer w;
    bool begun = false;
    (void)fputs("\n## Against the tables\n\n", out);
    for (size_t i = 0; i < e->row_count; i++) {
        for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
            const struct evidence_cell *cell = &e->rows[i].cells[c];
            if (cell->state != EVIDENCE_AGAINST) {
                continue;
            }
            if (!begun) {
                table_begin(&w, out, true, headings, sizeof headings / sizeof headings[0]);
                begun = true;
            }
            table_text(&w, isa->forms[e->rows[i].verdict->form].text);
            table_text(&w, isa->modes[e->rows[i].verdict->mode].name);
            table_text(&w, evidence_column_title(c));
            table_text(&w, cell->text);
        }
    }
    (void)fputs(begun ? "" : "Nothing.\n", out);
}

static void write_list(FILE *out, const char *title, const char *const *lines, size_t count) {
    (void)fprintf(out, "\n## %s\n\n", title);
    for (size_t i = 0; i < count; i++) {
        (void)fputs("- ", out);
        markdown_text(out, lines[i]);
        (void)fputc('\n', out);
    }
    (void)fputs(count == 0 ? "None.\n" : "", out);
}

bool report_evidence_markdown(FILE *out, const struct evidence *e) {
    static const char *const headings[] = {"Question", "Cells", "Why they are not filled"};
    const struct classification *c = e->classification;
    struct table_writer w;
    (void)fputs("# ", out);
    markdown_text(out, c->isa->title);
    (void)fprintf(out, ": evidence\n\nProfile `%s`, %zu forms and modes.\n\n", profile_in(c->isa, c->profile, 0)->name, e->row_count);
    write_totals(out, e);
    write_against(out, e);
    (void)fputs("\n## Explained\n\n", out);
    table_begin(&w, out, true, headings, sizeof headings / sizeof headings[0]);
    for (size_t i = 0; i < e->exclusion_count; i++) {
        table_text(&w, evidence_column_title(e->exclusions[i].column));
        table_format(&w, "%zu", e->exclusions[i].count);
        table_text(&w, e->exclusions[i].text);
    }
    write_list(out, "Made of, beside the tables", e->sources, e->source_count);
    write_list(out, "Assumptions", c->assumptions, c->assumption_count);
    return true;
}
