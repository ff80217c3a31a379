/* The comparison with a machine as text. */
#include "probe.h"

#include "../hardware/components.h"

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

static void print_state(FILE *out, const struct run *run) {
    static const char *const names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};
    for (unsigned i = 0; i < 16; i++) {
        if (i % 4 == 0) {
            (void)fputs(i == 0 ? "      state: " : "\n             ", out);
        }
        (void)fprintf(out, "%3s=%016llx ", names[i], (unsigned long long)run->before.general[i]);
    }
    (void)fprintf(out, "\n             rip=%llx flags=%llx x87=%04x/%04x/%02x mxcsr=%x\n", (unsigned long long)run->before.rip,
                  (unsigned long long)run->before.rflags, run->before.x87_control, run->before.x87_status, run->before.x87_full, run->before.mxcsr);
}

static void print_row(FILE *out, const struct probe *p, const struct probe_row *r, size_t alike) {
    const struct form *form = &p->isa->forms[r->form];
    const struct world *w = &p->worlds[r->world];
    (void)fprintf(out, "  %s  [%s, CPL %u]  ", form->text, matcher_mode_name(w->mode), w->cpl);
    print_bytes(out, &r->run);
    (void)fprintf(out, "%s\n      expected %s, seen %s (%zu such %s)\n", r->memory ? "  (memory)" : "", r->expected, r->seen, alike,
                  alike == 1 ? "run" : "runs");
    for (size_t i = 0; i < r->difference_count && i < 4; i++) {
        const struct difference *d = &r->differences[i];
        if (strcmp(d->name, "outcome") != 0) {
            (void)fprintf(out, "      %s: expected 0x%llx, seen 0x%llx (of the bits 0x%llx)\n", d->name, (unsigned long long)d->expected,
                          (unsigned long long)d->seen, (unsigned long long)d->known);
        }
    }
    if (r->difference_count > 4) {
        (void)fprintf(out, "      ... %zu differences\n", r->difference_count);
    }
    if (r->reason != NULL) {
        (void)fprintf(out, "      %s: %s\n", r->blame, r->reason);
    } else {
        (void)fprintf(out, "      breaks: %s\n", probe_property(r));
        print_state(out, &r->run);
    }
}

/* One row for each form and world: the first. */
static void print_rows(FILE *out, const struct probe *p, enum probe_verdict verdict, const char *title) {
    bool any = false;
    for (size_t i = 0; i < p->row_count; i++) {
        const struct probe_row *r = &p->rows[i];
        bool said = false;
        size_t alike = 0;
        for (size_t k = 0; k < p->row_count; k++) {
            bool same = p->rows[k].verdict == verdict && p->rows[k].form == r->form && p->rows[k].world == r->world;
            said = said || (same && k < i);
            alike += same ? 1u : 0u;
        }
        if (r->verdict != verdict || said) {
            continue;
        }
        (void)fprintf(out, "%s", any ? "" : title);
        any = true;
        print_row(out, p, r, alike);
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
    (void)fprintf(out, "\n%zu runs%s:\n", p->runs, p->dry_run ? " would be made" : "");
    for (unsigned i = 0; i < p->world_count; i++) {
        size_t count = forms_of(p, i);
        if (count > 0) {
            (void)fprintf(out, "  %zu forms in %s mode at CPL %u\n", count, matcher_mode_name(p->worlds[i].mode), p->worlds[i].cpl);
        }
    }
    if (p->dry_run) {
        print_plan(out, p);
        return true;
    }
    for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
        bool loud = coloured && v == PROBE_DIFFERS && p->totals[v] > 0;
        (void)fprintf(out, "%s  %8zu  %s%s\n", loud ? "\033[31m" : "", p->totals[v], verdict_titles[v], loud ? "\033[0m" : "");
    }
    print_rows(out, p, PROBE_DIFFERS, "\nDifferences (one run of each form):\n");
    print_rows(out, p, PROBE_KNOWN, "\nRecorded differences (one run of each form):\n");
    if (p->rows_left_out > 0) {
        (void)fprintf(out, "\n%zu more runs differ and are not shown.\n", p->rows_left_out);
    }
    print_skipped(out, p);
    return true;
}
