/* The tab of a report about evidence: totals, why cells are not filled, and what the matrix was made of. */
#include "html.h"

static void put(FILE *out, const char *before, const char *text, const char *after) {
    (void)fputs(before, out);
    html_text(out, text);
    (void)fputs(after, out);
}

static void write_totals(FILE *out, const struct evidence *e) {
    static const enum evidence_state shown[] = {EVIDENCE_GIVEN, EVIDENCE_EXCLUDED, EVIDENCE_AGAINST, EVIDENCE_EMPTY};
    (void)fputs(
        "<div class=\"scroll\"><table class=\"totals\"><thead><tr><th scope=\"col\">Question</th><th scope=\"col\">\u2713 evidence</th>"
        "<th scope=\"col\">\u2013 explained</th><th scope=\"col\">\u2717 against</th><th scope=\"col\">\u00b7 empty</th></tr></thead><tbody>\n",
        out);
    for (unsigned c = 0; c < EVIDENCE_COLUMN_COUNT; c++) {
        put(out, "<tr><th scope=\"row\">", evidence_column_title((enum evidence_column)c), "</th>");
        for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
            size_t count = e->totals[c][shown[i]];
            (void)fprintf(out, "<td%s>%zu</td>", shown[i] == EVIDENCE_AGAINST && count > 0 ? " class=\"state-3\"" : "", count);
        }
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n", out);
}

void html_evidence(FILE *out, const struct evidence *e) {
    (void)fputs("<section role=\"tabpanel\" id=\"panel-evidence\" aria-labelledby=\"tab-evidence\" tabindex=\"-1\">\n<h2>Evidence</h2>\n"
                "<p>What is decided, replayed, run on machines and proven; a cell is evidence, an explained exclusion, or empty. "
                "The panel of a form has its cells.</p>\n",
                out);
    write_totals(out, e);
    (void)fputs("<h3>Made of, beside the tables</h3>\n<ul>\n", out);
    for (size_t i = 0; i < e->source_count; i++) {
        put(out, "<li>", e->sources[i], "</li>\n");
    }
    (void)fputs(e->source_count == 0 ? "<li>Nothing: no results of machines and no proofs were given.</li>\n" : "", out);
    (void)fputs("</ul>\n<h3>Explained, and why</h3>\n<div class=\"scroll\"><table class=\"totals\"><thead><tr><th scope=\"col\">Question</th>"
                "<th scope=\"col\">Cells</th><th scope=\"col\">Reason</th></tr></thead><tbody>\n",
                out);
    for (size_t i = 0; i < e->exclusion_count; i++) {
        const struct evidence_reason *r = &e->exclusions[i];
        put(out, "<tr><th scope=\"row\">", evidence_column_title(r->column), "</th>");
        (void)fprintf(out, "<td>%zu</td>", r->count);
        put(out, "<td>", r->text, "</td></tr>\n");
    }
    (void)fputs("</tbody></table></div>\n</section>\n", out);
}
