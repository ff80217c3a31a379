/* A scan as CSV (RFC 4180): a line for each site. */
#include "scan_totals.h"

#include <inttypes.h>
#include <string.h>

static void write_field(FILE *out, const char *text) {
    if (strpbrk(text, ",\"\r\n") == NULL) {
        (void)fputs(text, out);
    } else {
        (void)fputc('"', out);
        for (; *text != '\0'; text++) {
            (void)fputs(*text == '"' ? "\"" : "", out);
            (void)fputc(*text, out);
        }
        (void)fputc('"', out);
    }
    (void)fputc(',', out);
}

static void write_site(FILE *out, const struct scan_report *r, const struct scan_binary *b, const struct scan_site *s, struct site_texts *texts) {
    char bytes[2 * SCAN_LONGEST + 1];
    char text[192];
    const struct scan_form *f = site_form(b, s);
    site_bytes(s, bytes);
    site_text(texts, r, s, text, sizeof text);
    write_field(out, b->name);
    write_field(out, b->sections[s->section].name);
    (void)fprintf(out, "0x%" PRIx64 ",0x%" PRIx64 ",%s,", s->address, s->file_offset, bytes);
    write_field(out, text);
    write_field(out, r->isa->forms[s->form].instruction);
    write_field(out, r->isa->forms[s->form].text);
    (void)fprintf(out, "%s,%s,%s,%s,", matcher_mode_name((enum matcher_mode)s->mode), f->class_name, site_kind(f), s->overlapping ? "yes" : "no");
    write_field(out, f->closed_by);
    write_field(out, s->function == NULL ? "" : s->function);
    write_field(out, s->source == NULL ? "" : s->source);
    if (s->line != 0) {
        (void)fprintf(out, "%" PRIu32, s->line);
    }
    (void)fputs("\r\n", out);
}

static void write_stop(FILE *out, const struct scan_report *r, const struct scan_binary *b, const struct scan_stop *s, struct site_texts *texts) {
    char text[192];
    site_text(texts, r, &s->site, text, sizeof text);
    write_field(out, b->name);
    write_field(out, b->sections[s->site.section].name);
    (void)fprintf(out, "0x%" PRIx64 ",0x%" PRIx64 ",%" PRIu32 ",0x%" PRIx64 ",%s,", s->block_start, s->block_end, s->block_instructions,
                  s->site.address, stop_reason(s));
    write_field(out, text);
    write_field(out, r->isa->forms[s->site.form].text);
    write_field(out, s->site.function == NULL ? "" : s->site.function);
    if (s->reason >= SCAN_STOP_OUTSIDE && s->target != 0) {
        (void)fprintf(out, "0x%" PRIx64, s->target);
    }
    (void)fputs("\r\n", out);
}

bool report_scan_csv(FILE *out, const struct scan_report *r) {
    struct site_texts texts = {{0}};
    (void)fputs(r->breakpoints
                    ? "binary,section,block_start,block_end,block_instructions,address,reason,text,form,function,target\r\n"
                    : "binary,section,address,file_offset,bytes,text,instruction,form,mode,class,kind,overlapping,closed_by,function,source,"
                      "line\r\n",
                out);
    for (size_t i = 0; i < r->count; i++) {
        for (size_t k = 0; k < r->results[i].binary_count; k++) {
            const struct scan_binary *b = &r->results[i].binaries[k];
            for (size_t s = 0; r->breakpoints && !r->summary && s < b->stop_count; s++) {
                write_stop(out, r, b, &b->stops[s], &texts);
            }
            for (size_t s = 0; !r->breakpoints && !r->summary && s < b->site_count; s++) {
                write_site(out, r, b, &b->sites[s], &texts);
            }
        }
    }
    site_texts_close(&texts);
    return true;
}
