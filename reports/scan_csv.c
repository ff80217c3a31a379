/* A scan as CSV (RFC 4180): a line for each site. */
#include "scan_totals.h"
#include "table.h"

#include <inttypes.h>

static void write_site(struct table_writer *w, const struct scan_report *r, const struct scan_binary *b, const struct scan_site *s,
                       const char *text) {
    char bytes[2 * SCAN_LONGEST + 1];
    const struct scan_form *f = site_form(b, s);
    site_bytes(s, bytes);
    table_text(w, b->name);
    table_text(w, b->sections[s->section].name);
    table_format(w, "0x%" PRIx64, s->address);
    table_format(w, "0x%" PRIx64, s->file_offset);
    table_text(w, bytes);
    table_text(w, text);
    table_text(w, r->isa->forms[s->form].instruction);
    table_text(w, r->isa->forms[s->form].text);
    table_text(w, matcher_mode_name((enum matcher_mode)s->mode));
    table_text(w, f->class_name);
    table_text(w, site_kind(f));
    table_text(w, s->overlapping ? "yes" : "no");
    table_text(w, f->closed_by);
    table_text(w, s->function == NULL ? "" : s->function);
    table_text(w, s->source == NULL ? "" : s->source);
    if (s->line == 0) {
        table_text(w, "");
    } else {
        table_format(w, "%" PRIu32, s->line);
    }
}

bool report_scan_csv(FILE *out, const struct scan_report *r) {
    static const char *const headings[] = {"binary", "section", "address", "file_offset", "bytes",     "text",     "instruction", "form",
                                           "mode",   "class",   "kind",    "overlapping", "closed_by", "function", "source",      "line"};
    struct site_texts texts = {{0}};
    struct table_writer w;
    table_begin(&w, out, false, headings, sizeof headings / sizeof headings[0]);
    for (size_t i = 0; i < r->count; i++) {
        for (size_t k = 0; k < r->results[i].binary_count; k++) {
            const struct scan_binary *b = &r->results[i].binaries[k];
            for (size_t s = 0; !r->summary && s < b->site_count; s++) {
                char text[192];
                site_text(&texts, r, &b->sites[s], text, sizeof text);
                write_site(&w, r, b, &b->sites[s], text);
            }
        }
    }
    site_texts_close(&texts);
    return true;
}
