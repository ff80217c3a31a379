/* Fuzz target: any bytes are scanned as a file and as raw code, read as an annotated and as a rewritten file, and as assembler source; every site
 * that is found is in the bytes, and all memory is given back. */
#include "../../isa-model/isa.h"
#include "../../scanner/assembler_text.h"
#include "../../scanner/liveness.h"
#include "../../scanner/rewrite.h"
#include "../../x86-tables/footprint.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct scan_form *give_forms(void *context, enum matcher_mode mode) {
    (void)mode;
    return context;
}

static struct isa *tables;
static struct form_footprint *footprints; /* every kind of transfer */

static const struct form_footprint *give_footprints(void *context, enum matcher_mode mode) {
    (void)context, (void)mode;
    return footprints;
}

/* The tables are made once and kept: every form is a site. */
static const struct scan_question *question(void) {
    static struct scan_question q;
    struct isa *isa = NULL;
    if (q.matcher == NULL) {
        struct source_reader reader = source_reader_files();
        const struct isa_options no_semantics = {.only = ""};
        char *message = NULL;
        isa = isa_load("x86-tables/x86.isa", &reader, &no_semantics, &message);
        struct matcher *m = isa == NULL ? NULL : matcher_of_isa(isa, &message);
        struct scan_form *forms = m == NULL ? NULL : calloc(isa->form_count, sizeof *forms);
        footprints = m == NULL ? NULL : calloc(isa->form_count, sizeof *footprints);
        if (forms == NULL || footprints == NULL) {
            abort();
        }
        for (size_t i = 0; i < isa->form_count; i++) {
            footprints[i] = (struct form_footprint){.known = i % 11 != 0, .places = (uint8_t)(i % 7 + 1), .reads = (uint32_t)i & FOOTPRINT_ALL};
            forms[i] = (struct scan_form){.site = true, .class_name = "innocuous", .closed_by = ""};
        }
        tables = isa;
        q = (struct scan_question){.matcher = m,
                                   .form_count = isa->form_count,
                                   .forms = give_forms,
                                   .footprints = give_footprints,
                                   .context = forms,
                                   .mode = -1,
                                   .all_bytes = true};
    }
    return &q;
}

static void scan(const struct scan_question *q, const uint8_t *data, size_t size) {
    struct scan_result r = scan_bytes(q, "fuzz", data, size);
    for (size_t i = 0; i < r.binary_count; i++) {
        for (size_t k = 0; k < r.binaries[i].site_count; k++) {
            const struct scan_site *s = &r.binaries[i].sites[k];
            if (s->length > size || s->file_offset > size - s->length || memcmp(data + s->file_offset, s->bytes, s->length) != 0) {
                abort();
            }
        }
    }
    scan_result_free(&r);
}

/* The bytes as an annotated, and as a rewritten file. */
static void restore(const uint8_t *data, size_t size) {
    struct site_records records;
    if (!sites_read(&records, data, size) || !liveness_find(question(), data, size, &records)) {
        abort();
    }
    sites_free(&records);
    struct rewrite_result undone = rewrite_undo(data, size);
    if (undone.size > size) {
        abort();
    }
    rewrite_result_free(&undone);
    const struct rewrite_question q = {.scan = question(), .isa = tables, .kind = REWRITE_TRAP, .all_sites = true};
    struct rewrite_result r = rewrite_file(&q, "fuzz", data, size);
    if (r.status == REWRITE_FINE) {
        undone = rewrite_undo(r.bytes, r.size);
        if (undone.size != size || memcmp(undone.bytes, data, size) != 0) {
            abort();
        }
        rewrite_result_free(&undone);
    }
    rewrite_result_free(&r);
}

/* Statements lie in the text, in its order. */
static void read_source(const uint8_t *data, size_t size) {
    struct statements s;
    size_t end = 0;
    bool good = assembler_text_read(&s, (const char *)data, size, 64);
    for (size_t i = 0; good && i < s.count; i++) {
        if (s.list[i].start < end || s.list[i].end < s.list[i].start || s.list[i].end > size) {
            abort();
        }
        end = s.list[i].end;
    }
    assembler_text_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct scan_question raw = *question();
    read_source(data, size);
    scan(question(), data, size);
    restore(data, size);
    raw.raw = true;
    raw.mode = size == 0 ? 0 : data[0] % MATCHER_MODE_COUNT;
    scan(&raw, data, size);
    return 0;
}
