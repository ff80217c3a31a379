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

static void write_stop(struct table_writer *w, const struct scan_report *r, const struct scan_binary *b, const struct scan_stop *s,
                       const char *text) {
    table_text(w, b->name);
    table_text(w, b->sections[s->site.section].name);
    table_format(w, "0x%" PRIx64, s->block_start);
    table_format(w, "0x%" PRIx64, s->block_end);
    table_format(w, "%" PRIu32, s->block_instructions);
    table_format(w, "0x%" PRIx64, s->site.address);
    table_text(w, stop_reason(s));
    table_text(w, text);
    table_text(w, r->isa->forms[s->site.form].text);
    table_text(w, s->site.function == NULL ? "" : s->site.function);
    if (s->reason >= SCAN_STOP_OUTSIDE && s->target != 0) {
        table_format(w, "0x%" PRIx64, s->target);
    } else {
        table_text(w, "");
    }
}

static void write_binary(struct table_writer *w, const struct scan_report *r, const struct scan_binary *b, struct site_texts *texts) {
    char text[192];
    for (size_t i = 0; r->breakpoints && i < b->stop_count; i++) {
        site_text(texts, r, &b->stops[i].site, text, sizeof text);
        write_stop(w, r, b, &b->stops[i], text);
    }
    for (size_t i = 0; !r->breakpoints && i < b->site_count; i++) {
        site_text(texts, r, &b->sites[i], text, sizeof text);
        write_site(w, r, b, &b->sites[i], text);
    }
}

bool report_scan_csv(FILE *out, const struct scan_report *r) {
    static const char *const sites[] = {"binary", "section", "address", "file_offset", "bytes",     "text",     "instruction", "form",
                                        "mode",   "class",   "kind",    "overlapping", "closed_by", "function", "source",      "line"};
    static const char *const stops[] = {"binary", "section", "block_start", "block_end", "block_instructions", "address", "reason",
                                        "text",   "form",    "function",    "target"};
    struct site_texts texts = {{0}};
    struct table_writer w;
    if (r->breakpoints) {
        table_begin(&w, out, false, stops, sizeof stops / sizeof stops[0]);
    } else {
        table_begin(&w, out, false, sites, sizeof sites / sizeof sites[0]);
    }
    for (size_t i = 0; i < r->count; i++) {
        for (size_t k = 0; !r->summary && k < r->results[i].binary_count; k++) {
            write_binary(&w, r, &r->results[i].binaries[k], &texts);
        }
    }
    site_texts_close(&texts);
    return true;
}
