/* What a machine under test did, as tables: CSV has a line for each form, mode and privilege level, Markdown the totals and what differs. */
#include "probe.h"
#include "table.h"

bool report_probe_csv(FILE *out, const struct isa *isa, const struct probe *const *probes, size_t count) {
    const char *headings[5 + PROBE_VERDICT_COUNT] = {"backend", "form", "mode", "cpl"};
    struct table_writer w;
    for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
        headings[4 + v] = probe_verdict_name(v);
    }
    headings[4 + PROBE_VERDICT_COUNT] = "reason";
    table_begin(&w, out, false, headings, 5 + (size_t)PROBE_VERDICT_COUNT);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < probes[i]->form_count; k++) {
            const struct probe_form *f = &probes[i]->forms[k];
            const struct world *world = &probes[i]->worlds[f->world];
            table_text(&w, probes[i]->backend);
            table_text(&w, isa->forms[f->form].text);
            table_text(&w, matcher_mode_name(world->mode));
            table_format(&w, "%u", world->cpl);
            for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
                table_format(&w, "%u", f->runs[v]);
            }
            table_text(&w, f->reason == NULL ? "" : f->reason);
        }
    }
    return true;
}

/* The first row of each form and world with the verdict. */
static void write_rows(FILE *out, const struct probe *p, enum probe_verdict verdict, const char *title) {
    static const char *const headings[] = {"Form", "Mode", "CPL", "Expected", "Seen", "Breaks", "Known because"};
    const struct probe_row *last = NULL;
    struct table_writer w;
    for (size_t i = 0; i < p->row_count; i++) {
        const struct probe_row *r = &p->rows[i];
        if (r->verdict != verdict || (last != NULL && last->form == r->form && last->world == r->world)) {
            continue;
        }
        if (last == NULL) {
            (void)fprintf(out, "\n## %s\n\n", title);
            table_begin(&w, out, true, headings, sizeof headings / sizeof headings[0]);
        }
        last = r;
        table_text(&w, p->isa->forms[r->form].text);
        table_text(&w, matcher_mode_name(p->worlds[r->world].mode));
        table_format(&w, "%u", p->worlds[r->world].cpl);
        table_text(&w, r->expected);
        table_text(&w, r->seen);
        table_text(&w, probe_property(r));
        table_text(&w, r->reason == NULL ? "" : r->reason);
    }
}

bool report_probe_markdown(FILE *out, const struct isa *isa, const struct probe *const *probes, size_t count) {
    static const char *const headings[] = {"Result", "Runs"};
    struct table_writer w;
    (void)isa;
    for (size_t i = 0; i < count; i++) {
        const struct probe *p = probes[i];
        (void)fprintf(out, "%s# %s\n\n", i == 0 ? "" : "\n", p->backend);
        markdown_text(out, p->description);
        (void)fprintf(out, "\n\n%zu forms, modes and privilege levels, %zu runs.\n\n", p->form_count, p->runs);
        table_begin(&w, out, true, headings, 2);
        for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
            table_text(&w, probe_verdict_name(v));
            table_format(&w, "%zu", p->totals[v]);
        }
        write_rows(out, p, PROBE_DIFFERS, "Differs from the tables");
        write_rows(out, p, PROBE_KNOWN, "Recorded differences");
    }
    return true;
}
