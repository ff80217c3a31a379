/* The check of handlers as a table: a line for each form and mode in CSV, a page with totals and findings in Markdown. */
#include "check.h"
#include "table.h"

#include <inttypes.h>

bool report_check_csv(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    static const char *const headings[] = {"subject",   "form",   "mode",      "targets",  "covered", "impossible",
                                           "undecided", "states", "unhandled", "findings", "note"};
    struct table_writer w;
    (void)coloured;
    table_begin(&w, out, false, headings, sizeof headings / sizeof headings[0]);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < reports[i]->form_count; k++) {
            const struct check_form *f = &reports[i]->forms[k];
            table_text(&w, reports[i]->subject);
            table_text(&w, reports[i]->isa->forms[f->form].text);
            table_text(&w, reports[i]->isa->modes[f->mode].name);
            table_format(&w, "%u", f->targets);
            table_format(&w, "%u", f->covered);
            table_format(&w, "%u", f->impossible);
            table_format(&w, "%u", f->undecided);
            table_format(&w, "%" PRIu64, f->states);
            table_format(&w, "%" PRIu64, f->unhandled);
            table_format(&w, "%zu", check_findings_of(reports[i], f));
            table_text(&w, f->note == NULL ? "" : f->note);
        }
    }
    return true;
}

static void write_findings(FILE *out, const struct check_report *r) {
    static const char *const headings[] = {"Form", "Mode", "What is wrong", "Expected", "Seen", "States", "Manual"};
    struct table_writer w;
    if (r->finding_count == 0) {
        (void)fputs("No finding.\n", out);
        return;
    }
    table_begin(&w, out, true, headings, sizeof headings / sizeof headings[0]);
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct check_finding *f = &r->findings[i];
        char section[400];
        check_section(r, f, section, sizeof section);
        table_text(&w, r->isa->forms[f->form].text);
        table_text(&w, r->isa->modes[f->mode].name);
        table_format(&w, "%s%s", check_property_title(f->property), check_counts(f) ? "" : " (accepted)");
        table_text(&w, f->expected);
        table_text(&w, f->seen);
        table_format(&w, "%" PRIu64, f->states);
        table_text(&w, section);
    }
}

bool report_check_markdown(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    (void)coloured;
    for (size_t i = 0; i < count; i++) {
        struct check_totals t;
        check_totals(reports[i], &t);
        (void)fputs(i == 0 ? "# " : "\n# ", out);
        markdown_text(out, reports[i]->subject);
        (void)fprintf(out,
                      "\n\n%zu forms and modes, %" PRIu64 " states: %zu findings, %zu accepted; %u of %u targets reached, %u impossible, "
                      "%u undecided.\n\n",
                      t.forms, reports[i]->states, t.new_findings, t.accepted, t.covered, t.targets, t.impossible, t.undecided);
        write_findings(out, reports[i]);
    }
    return true;
}
