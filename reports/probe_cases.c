/* What a machine under test did, as cases: a suite for each machine, a case for each form, mode and privilege level. */
#include "cases.h"
#include "probe.h"

#include <limits.h>

/* "resource control: it is done" as "resource-control-it-is-done". */
static void slug(const char *text, char *name, size_t size) {
    size_t length = 0;
    for (; *text != '\0' && length + 1 < size; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
        if (letter || (length > 0 && name[length - 1] != '-')) {
            name[length++] = letter ? *text : '-';
        }
    }
    name[length] = '\0';
}

static void add_row(struct case_list *l, const struct probe *p, const struct probe_row *r) {
    const struct form *form = &p->isa->forms[r->form];
    const struct world *w = &p->worlds[r->world];
    char message[EXPECTED_TEXT + SEEN_TEXT + 32];
    char fingerprint[400];
    char rule[80];
    const char *breaks = probe_property(r);
    (void)snprintf(message, sizeof message, "Expected %s, seen %s.", r->expected, r->seen);
    slug(breaks, rule, sizeof rule);
    (void)snprintf(fingerprint, sizeof fingerprint, "%s/%s/%s/CPL %u/%s/%s", p->isa->name, p->backend, matcher_mode_name(w->mode), w->cpl, form->text,
                   rule);
    const struct finding finding = {.kind = r->verdict == PROBE_KNOWN ? FINDING_ACCEPTED : FINDING_REFUTED,
                                    .rule = rule,
                                    .rule_title = breaks,
                                    .message = message,
                                    .source = form->source,
                                    .fingerprint = fingerprint,
                                    .justification = r->reason,
                                    .place = &form->place};
    cases_finding(l, &finding);
}

/* Why nothing is known of the form on this machine; NULL: something is. */
static const char *skipped(const struct probe_form *f) {
    unsigned runs = 0;
    for (unsigned v = 0; v < PROBE_VERDICT_COUNT; v++) {
        runs += v == PROBE_CANNOT_RUN ? 0 : f->runs[v];
    }
    return runs > 0 ? NULL : f->reason == NULL ? "not run" : f->reason;
}

static void add_probe(struct case_list *l, const struct probe *p) {
    char mode[80];
    cases_suite(l, p->backend, p->seconds);
    cases_property(l, "machine", p->description);
    for (size_t i = 0; i < p->form_count; i++) {
        const struct probe_form *f = &p->forms[i];
        const struct world *w = &p->worlds[f->world];
        unsigned said = UINT_MAX;
        (void)snprintf(mode, sizeof mode, "%s, CPL %u", matcher_mode_name(w->mode), w->cpl);
        cases_add(l, mode, p->isa->forms[f->form].text, skipped(f));
        /* Of the runs that are alike in what they break, the first. */
        for (size_t k = 0; k < p->row_count; k++) {
            const struct probe_row *r = &p->rows[k];
            if (r->form == f->form && r->world == f->world && (unsigned)r->verdict != said) {
                add_row(l, p, r);
                said = (unsigned)r->verdict;
            }
        }
    }
}

static bool write_cases(FILE *out, const struct probe *const *probes, size_t count, cases_writer *write) {
    struct case_list *l = cases_new();
    for (size_t i = 0; l != NULL && i < count; i++) {
        add_probe(l, probes[i]);
    }
    bool complete = l != NULL && write(out, l);
    cases_free(l);
    return complete;
}

bool report_probe_junit(FILE *out, const struct isa *isa, const struct probe *const *probes, size_t count) {
    (void)isa;
    return write_cases(out, probes, count, cases_junit);
}

bool report_probe_tap(FILE *out, const struct isa *isa, const struct probe *const *probes, size_t count) {
    (void)isa;
    return write_cases(out, probes, count, cases_tap);
}

bool report_probe_sarif(FILE *out, const struct isa *isa, const struct probe *const *probes, size_t count) {
    (void)isa;
    return write_cases(out, probes, count, cases_sarif);
}
