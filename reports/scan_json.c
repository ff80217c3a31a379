/* A scan as JSON, written site by site, so that a kernel does not have to be in memory twice. */
#include "scan_totals.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* Names in a file are any bytes; what is no UTF-8 becomes a question mark. */
static json_t *text_or_null(const char *text) {
    if (text == NULL) {
        return json_null();
    }
    json_t *value = json_string(text);
    if (value == NULL) {
        char plain[256];
        size_t size = strlen(text) < sizeof plain ? strlen(text) : sizeof plain - 1;
        for (size_t i = 0; i < size; i++) {
            plain[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
        }
        value = json_stringn(plain, size);
    }
    return value;
}

static json_t *address(uint64_t value) {
    char text[24];
    (void)snprintf(text, sizeof text, "0x%" PRIx64, value);
    return json_string(text);
}

static json_t *json_site(const struct scan_report *r, const struct scan_binary *b, const struct scan_site *s, struct site_texts *texts) {
    char bytes[2 * SCAN_LONGEST + 1];
    char text[192];
    const struct scan_form *f = site_form(b, s);
    site_bytes(s, bytes);
    site_text(texts, r, s, text, sizeof text);
    return json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:o, s:o, s:I}", "section",
                     text_or_null(b->sections[s->section].name), "address", address(s->address), "file_offset", address(s->file_offset), "bytes",
                     bytes, "text", text, "instruction", r->isa->forms[s->form].instruction, "form", r->isa->forms[s->form].text, "mode",
                     matcher_mode_name((enum matcher_mode)s->mode), "class", f->class_name, "kind", site_kind(f), "overlapping", s->overlapping,
                     "closed_by", f->closed_by, "function", text_or_null(s->function), "function_offset",
                     s->function == NULL ? json_null() : address(s->function_offset), "source", text_or_null(s->source), "line", (json_int_t)s->line);
}

static json_t *json_stop(const struct scan_report *r, const struct scan_binary *b, const struct scan_stop *s, struct site_texts *texts) {
    char text[192];
    bool aimed = s->reason >= SCAN_STOP_OUTSIDE && s->target != 0;
    site_text(texts, r, &s->site, text, sizeof text);
    return json_pack("{s:o, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:I, s:o, s:o, s:I}", "section", text_or_null(b->sections[s->site.section].name),
                     "address", address(s->site.address), "reason", stop_reason(s), "text", text, "form", r->isa->forms[s->site.form].text, "mode",
                     matcher_mode_name((enum matcher_mode)s->site.mode), "target", aimed ? address(s->target) : json_null(), "function",
                     text_or_null(s->site.function), "source", text_or_null(s->site.source), "line", (json_int_t)s->site.line, "block_start",
                     address(s->block_start), "block_end", address(s->block_end), "block_instructions", (json_int_t)s->block_instructions);
}

static bool dump(FILE *out, json_t *value) {
    bool good = value != NULL && json_dumpf(value, out, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY) == 0;
    json_decref(value);
    return good;
}

static bool write_binary(FILE *out, const struct scan_report *r, const struct scan_binary *b, struct site_texts *texts) {
    bool good = fputs("{\"name\": ", out) >= 0 && dump(out, text_or_null(b->name));
    (void)fprintf(out,
                  ", \"format\": \"%s\", \"mode\": \"%s\", \"relocatable\": %s, \"code_bytes\": %" PRIu64 ", \"instructions\": %" PRIu64
                  ", \"skipped_bytes\": %" PRIu64 ", \"warning\": ",
                  b->format, matcher_mode_name(b->mode), b->relocatable ? "true" : "false", b->code_bytes, b->instructions, b->skipped);
    good = good && dump(out, text_or_null(b->warning));
    (void)fputs(", \"sites\": [", out);
    for (size_t i = 0; good && !r->summary && i < b->site_count; i++) {
        (void)fputs(i == 0 ? "\n" : ",\n", out);
        good = dump(out, json_site(r, b, &b->sites[i], texts));
    }
    (void)fputs("]", out);
    if (r->breakpoints) {
        (void)fprintf(out, ", \"blocks\": %zu, \"free_blocks\": %zu, \"stops\": [", b->block_count, b->free_blocks);
        for (size_t i = 0; good && !r->summary && i < b->stop_count; i++) {
            (void)fputs(i == 0 ? "\n" : ",\n", out);
            good = dump(out, json_stop(r, b, &b->stops[i], texts));
        }
        (void)fputs("]", out);
    }
    (void)fputs("}", out);
    return good;
}

static bool write_totals(FILE *out, const struct scan_report *r, const struct scan_totals *t) {
    bool good = true;
    (void)fprintf(out,
                  "\"binaries_scanned\": %zu,\n\"files_failed\": %zu,\n\"code_bytes\": %" PRIu64 ",\n\"holes\": %zu,\n\"sites\": %zu,\n"
                  "\"undecided\": %zu,\n\"filling_bytes\": %" PRIu64 ",\n\"instructions\": [",
                  t->binaries, t->failed, t->code_bytes, t->holes, t->sites, t->undecided, t->filled);
    for (size_t i = 0; good && i < t->instruction_count; i++) {
        const struct instruction_total *n = &t->instructions[i];
        (void)fputs(i == 0 ? "\n" : ",\n", out);
        good = dump(out, json_pack("{s:s, s:I, s:s, s:s, s:s}", "instruction", n->instruction, "sites", (json_int_t)n->sites, "kind",
                                   site_kind(n->form), "class", n->form->class_name, "closed_by", n->form->closed_by));
    }
    (void)fputs("],\n\"functions\": [", out);
    for (size_t i = 0; good && r->symbols && i < t->function_count; i++) {
        const struct function_total *n = &t->functions[i];
        (void)fputs(i == 0 ? "\n" : ",\n", out);
        good = dump(out, json_pack("{s:o, s:o, s:I, s:I}", "binary", text_or_null(n->binary->name), "function", text_or_null(n->function), "holes",
                                   (json_int_t)n->holes, "sites", (json_int_t)n->sites));
    }
    (void)fputs("],\n", out);
    return good;
}

bool report_scan_json(FILE *out, const struct scan_report *r) {
    struct scan_totals t;
    struct site_texts texts = {{0}};
    bool good = scan_totals_count(&t, r);
    if (good) {
        (void)fprintf(out, "{\"isa\": \"%s\",\n\"profile\": \"%s\",\n\"configuration\": \"%s\",\n", r->isa->name, r->profile, r->configuration);
        good = write_totals(out, r, &t);
    }
    bool first = true;
    (void)fputs("\"binaries\": [", out);
    for (size_t i = 0; i < r->count; i++) {
        for (size_t k = 0; good && k < r->results[i].binary_count; k++) {
            (void)fputs(first ? "\n" : ",\n", out);
            good = write_binary(out, r, &r->results[i].binaries[k], &texts);
            first = false;
        }
    }
    (void)fputs("]}\n", out);
    site_texts_close(&texts);
    scan_totals_free(&t);
    return good;
}
