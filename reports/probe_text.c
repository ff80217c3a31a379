/* The comparison with a machine as text. */
#include "probe.h"

#include "../hardware/components.h"
#include "../hardware/explanations.h"
#include "wording.h"

#include <string.h>

static const char *const verdict_titles[PROBE_VERDICT_COUNT] = {
    "as the tables say",          "traps, and the system software did its work (UMIP)",
    "not on this processor: #UD", "not on this processor, and something else than #UD",
    "a recorded difference",      "not run",
    "DIFFER from the tables",
};

static void print_lines(FILE *out, const char *text) {
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        (void)fprintf(out, "  %.*s\n", (int)length, text);
        text += length + (text[length] == '\n' ? 1 : 0);
    }
}

static void print_bytes(FILE *out, const struct run *run) {
    for (uint32_t i = 0; i < run->length; i++) {
        (void)fprintf(out, "%s%02x", i == 0 ? "" : " ", run->bytes[i]);
    }
}

/* What the instruction sees: general registers, then what of the system's registers is not 0. */
static void print_state(FILE *out, const struct run *run, bool wide) {
    static const char *const system[] = {"rip",         "rflags",      "cr0",         "cr2",         "cr4",         "efer",
                                         "gdtr.base",   "idtr.base",   "es.selector", "cs.selector", "ss.selector", "ds.selector",
                                         "fs.selector", "gs.selector", "dr6",         "dr7"};
    unsigned column = 0;
    for (size_t i = 0; i < state_part_count(); i++) {
        struct state_part part = state_part(i);
        bool is_shown = i < (wide ? 16u : 8u);
        for (size_t k = 0; k < sizeof system / sizeof system[0]; k++) {
            is_shown = is_shown || strcmp(part.name, system[k]) == 0;
        }
        uint64_t value = state_part_get(&part, &run->before);
        char text[48];
        int length = snprintf(text, sizeof text, "%s=%llx", part.name, (unsigned long long)value);
        if (!is_shown || (value == 0 && i >= 16)) {
            continue;
        }
        if (column == 0 || column + 1 + (unsigned)length > REPORT_WIDTH) {
            (void)fprintf(out, "%s", column == 0 ? "    state     " : "\n              ");
            column = 14;
        } else {
            (void)fputc(' ', out);
            column++;
        }
        (void)fputs(text, out);
        column += (unsigned)length;
    }
    (void)fputc('\n', out);
}

static void print_difference(FILE *out, const struct difference *d) {
    if (strcmp(d->name, "outcome") == 0) {
        return;
    }
    (void)fprintf(out, "    %s: expected 0x%llx, seen 0x%llx", d->name, (unsigned long long)d->expected, (unsigned long long)d->seen);
    if (d->known != UINT64_MAX) {
        (void)fprintf(out, "\n              (of the bits 0x%llx)", (unsigned long long)d->known);
    }
    (void)fputc('\n', out);
}

/* A finding on one screen: instruction, state, expected, seen, and what it means. */
static void print_row(FILE *out, const struct probe *p, const struct probe_row *r, size_t alike) {
    const struct form *form = &p->isa->forms[r->form];
    const struct world *w = &p->worlds[r->world];
    (void)fprintf(out, "  %s  [%s, CPL %u]  ", form->text, matcher_mode_name(w->mode), w->cpl);
    print_bytes(out, &r->run);
    (void)fprintf(out, "%s\n    expected  %s\n    seen      %s%s\n", r->memory ? "  (memory)" : "", r->expected, r->seen,
                  strcmp(r->expected, r->seen) == 0 ? ", but not in the same state:" : "");
    for (size_t i = 0; i < r->difference_count && i < 4; i++) {
        print_difference(out, &r->differences[i]);
    }
    if (r->difference_count > 4) {
        (void)fprintf(out, "    ... %zu differences\n", r->difference_count);
    }
    (void)fprintf(out, "    breaks    %s\n", probe_property(r));
    if (r->reason != NULL) {
        (void)fprintf(out, "    %-9s ", r->blame);
        write_wrapped(out, 14, 14, r->reason);
    }
    (void)fprintf(out, "    runs      %zu such %s\n", alike, alike == 1 ? "run" : "runs");
    print_state(out, &r->run, w->mode == MATCHER_LONG);
}

/* Runs of the row's form in its world with its verdict. */
static size_t runs_alike(const struct probe *p, const struct probe_row *r) {
    for (size_t i = 0; i < p->form_count; i++) {
        if (p->forms[i].form == r->form && p->forms[i].world == r->world) {
            return p->forms[i].runs[r->verdict];
        }
    }
    return 0;
}

/* One row for each form and world: the first. */
static void print_rows(FILE *out, const struct probe *p, enum probe_verdict verdict, const char *title) {
    const struct probe_row *last = NULL;
    for (size_t i = 0; i < p->row_count; i++) {
        const struct probe_row *r = &p->rows[i];
        bool said = last != NULL && last->form == r->form && last->world == r->world; /* a form's runs come one after the other */
        if (r->verdict != verdict || said) {
            continue;
        }
        (void)fprintf(out, "%s", last == NULL ? title : "");
        last = r;
        print_row(out, p, r, runs_alike(p, r));
    }
}

/* The rows that showed, by cause; then those that did not although their forms ran often enough. */
static void print_explained(FILE *out, const struct probe *p) {
    const struct record *said = NULL;
    for (size_t i = 0; i < explanations_count(p->explanations); i++) {
        const struct explanation *x = explanations_at(p->explanations, i);
        size_t runs = 0;
        size_t rows = 0;
        bool first = x->shown > 0;
        for (size_t k = 0; first && k < explanations_count(p->explanations); k++) {
            const struct explanation *y = explanations_at(p->explanations, k);
            bool same = y->shown > 0 && y->record->reason == x->record->reason;
            first = !(same && k < i);
            runs += same ? y->shown : 0;
            rows += same ? 1u : 0u;
        }
        if (first) {
            (void)fprintf(out, "%s  %s: %zu runs, %zu %s of the records; blame: %s\n      ",
                          said == NULL ? "\nRecorded differences, by cause:\n" : "", x->record->name, runs, rows, rows == 1 ? "row" : "rows",
                          x->record->blame);
            write_wrapped(out, 6, 6, x->record->reason);
            said = x->record;
        }
    }
    said = NULL;
    for (size_t i = 0; i < explanations_count(p->explanations); i++) {
        const struct explanation *x = explanations_at(p->explanations, i);
        if (explanation_is_stale(x)) {
            (void)fprintf(out, "%s  line %u: %s | %s | %s | %s (%zu runs)\n",
                          said == NULL ? "\nRecorded, and did not show (stale, wrong or rare):\n" : "", x->record->line, x->record->form,
                          x->record->where, x->record->what, x->record->name, x->runs);
            said = x->record;
        }
    }
}

static size_t forms_of(const struct probe *p, unsigned world) {
    size_t count = 0;
    for (size_t i = 0; i < p->form_count; i++) {
        count += p->forms[i].world == world ? 1u : 0u;
    }
    return count;
}

static void print_skipped(FILE *out, const struct probe *p) {
    bool any = false;
    for (size_t i = 0; i < p->form_count; i++) {
        const struct probe_form *f = &p->forms[i];
        if (f->runs[PROBE_CANNOT_RUN] > 0) {
            (void)fprintf(out, "%s  %s [%s]: %s\n", any ? "" : "\nNot run:\n", p->isa->forms[f->form].text,
                          matcher_mode_name(p->worlds[f->world].mode), f->reason == NULL ? "" : f->reason);
            any = true;
        }
    }
}

/* "agrees", "mixed": what the runs of a form came to. */
static void print_plan(FILE *out, const struct probe *p) {
    for (size_t i = 0; i < p->form_count; i++) {
        const struct probe_form *f = &p->forms[i];
        (void)fprintf(out, "  %-14s CPL %u  %s%s%s\n", matcher_mode_name(p->worlds[f->world].mode), p->worlds[f->world].cpl,
                      p->isa->forms[f->form].text, f->runs[PROBE_CANNOT_RUN] > 0 ? "  not run: " : "",
                      f->runs[PROBE_CANNOT_RUN] > 0 && f->reason != NULL ? f->reason : "");
    }
}

bool report_probe_text(FILE *out, const struct probe *p, bool coloured) {
    (void)fprintf(out, "%s: tables against %s\n", p->isa->title, p->backend);
    print_lines(out, p->description);
    (void)fprintf(out, "\n%zu runs%s:\n", p->runs, p->options.dry_run ? " would be made" : "");
    for (unsigned i = 0; i < p->world_count; i++) {
        size_t count = forms_of(p, i);
        if (count > 0) {
            (void)fprintf(out, "  %zu forms in %s mode at CPL %u\n", count, matcher_mode_name(p->worlds[i].mode), p->worlds[i].cpl);
        }
    }
    if (p->options.dry_run) {
        print_plan(out, p);
        return true;
    }
    for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
        bool loud = coloured && v == PROBE_DIFFERS && p->totals[v] > 0;
        (void)fprintf(out, "%s  %8zu  %s%s\n", loud ? "\033[31m" : "", p->totals[v], verdict_titles[v], loud ? "\033[0m" : "");
    }
    print_rows(out, p, PROBE_DIFFERS, "\nDifferences (one run of each form):\n");
    if (p->options.instruction != NULL) {
        print_rows(out, p, PROBE_KNOWN, "\nRecorded differences (one run of each form):\n");
    }
    print_explained(out, p);
    if (p->rows_left_out > 0) {
        (void)fprintf(out, "\n%zu more runs differ and are not shown.\n", p->rows_left_out);
    }
    print_skipped(out, p);
    return true;
}
