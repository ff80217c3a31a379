/* Fuzz target: any bytes are scanned as a file and as raw code; every site that is found is in the bytes, and all memory is given back. */
#include "../../isa-model/isa.h"
#include "../../scanner/rewrite.h"
#include "../../scanner/sites.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct scan_form *give_forms(void *context, enum matcher_mode mode) {
    (void)mode;
    return context;
}

static struct isa *tables;

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
        if (forms == NULL) {
            abort();
        }
        for (size_t i = 0; i < isa->form_count; i++) {
            forms[i] = (struct scan_form){.site = true, .class_name = "innocuous", .closed_by = ""};
        }
        tables = isa;
        q = (struct scan_question){.matcher = m, .form_count = isa->form_count, .forms = give_forms, .context = forms, .mode = -1, .all_bytes = true};
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
    if (!sites_read(&records, data, size)) {
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct scan_question raw = *question();
    scan(question(), data, size);
    restore(data, size);
    raw.raw = true;
    raw.mode = size == 0 ? 0 : data[0] % MATCHER_MODE_COUNT;
    scan(&raw, data, size);
    return 0;
}
