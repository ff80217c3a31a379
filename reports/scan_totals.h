/* Sites counted, for the reports of a scan. */
#ifndef POPEK_REPORTS_SCAN_TOTALS_H
#define POPEK_REPORTS_SCAN_TOTALS_H

#include "scan.h"

/* Sites of forms of one instruction that have the same class and are closed by the same. */
struct instruction_total {
    const char *instruction;
    const struct scan_form *form;
    size_t sites;
};
struct function_total {
    const struct scan_binary *binary;
    const char *function; /* NULL: no symbol */
    size_t sites, holes;
};
struct scan_totals {
    struct instruction_total *instructions; /* holes first, then by number of sites */
    size_t instruction_count;
    struct function_total *functions; /* most holes first */
    size_t function_count;
    size_t binaries, sites, holes, undecided, failed; /* failed: files */
    uint64_t code_bytes, decoded, skipped, filled;
    size_t blocks, free_blocks, stops[SCAN_REASONS];
};

/* False when memory is exhausted; free with scan_totals_free either way. */
bool scan_totals_count(struct scan_totals *t, const struct scan_report *r);
void scan_totals_free(struct scan_totals *t);

static inline const struct scan_form *site_form(const struct scan_binary *b, const struct scan_site *s) {
    return &b->sections[s->section].forms[s->form];
}

/* scan_site_text.c: the disassembler, one handle for each mode, opened when it is needed. */
struct site_texts {
    size_t handles[MATCHER_MODE_COUNT];
};
/* "sgdt ptr [rax]"; the form's text where the disassembler knows none of that length. */
void site_text(struct site_texts *t, const struct scan_report *r, const struct scan_site *s, char *text, size_t size);
void site_texts_close(struct site_texts *t);
/* Two digits a byte and a zero byte; `text` has room for 31. */
void site_bytes(const struct scan_site *s, char *text);
/* "hole", "undecided", or "traps" and the like: the class in one word for a column. */
const char *site_kind(const struct scan_form *f);
/* Why to stop, in one word. */
const char *stop_reason(const struct scan_stop *s);

#endif
