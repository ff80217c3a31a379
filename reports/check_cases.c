/* The check of handlers as cases: a suite for each subject, a case for each form and mode. */
#include "cases.h"
#include "check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What differs, a line each, and the C function that shows it again. The caller frees it; NULL: out of memory. */
static char *detail_of(const struct check_finding *f) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; out != NULL && i < f->difference_count; i++) {
        char expected[40];
        char seen[40];
        check_number(f->differences[i].expected, expected, sizeof expected);
        check_number(f->differences[i].seen, seen, sizeof seen);
        (void)fprintf(out, "%s: expected %s, seen %s\n", f->differences[i].name, expected, seen);
    }
    if (out != NULL) {
        (void)fputs(f->test, out);
    }
    if (out == NULL || fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static bool add_finding(struct case_list *l, const struct check_report *r, const struct check_finding *f) {
    char section[400];
    char message[200];
    char fingerprint[300];
    bool lost = f->property == CHECK_CRASH || f->property == CHECK_HANG;
    char *detail = detail_of(f);
    check_section(r, f, section, sizeof section);
    (void)snprintf(message, sizeof message, "Expected %s, seen %s.", f->expected, f->seen);
    (void)snprintf(fingerprint, sizeof fingerprint, "%s/%s", r->isa->name, f->fingerprint);
    const struct finding finding = {.kind = !check_counts(f) ? FINDING_ACCEPTED
                                            : lost           ? FINDING_BROKEN
                                                             : FINDING_REFUTED,
                                    .rule = check_property_rule(f->property),
                                    .rule_title = check_property_title(f->property),
                                    .message = message,
                                    .source = section,
                                    .detail = detail,
                                    .fingerprint = fingerprint,
                                    .justification = f->reason,
                                    .place = f->place.file != NULL ? &f->place : &r->isa->forms[f->form].place};
    cases_finding(l, &finding);
    free(detail);
    return detail != NULL;
}

static const char *skipped(const struct check_form *f) {
    if (f->states > 0 && f->unhandled < f->states) {
        return NULL;
    }
    return f->note != NULL ? f->note : f->states == 0 ? "no state was tried" : "the handler leaves every state unhandled";
}

static bool add_report(struct case_list *l, const struct check_report *r) {
    char states[24];
    bool complete = true;
    cases_suite(l, r->subject, r->running);
    (void)snprintf(states, sizeof states, "%" PRIu64, r->states);
    cases_property(l, "states", states);
    for (size_t i = 0; i < r->declaration_count; i++) {
        cases_property(l, "declaration", r->declarations[i]);
    }
    for (size_t i = 0; i < r->form_count; i++) {
        const struct check_form *f = &r->forms[i];
        cases_add(l, r->isa->modes[f->mode].name, r->isa->forms[f->form].text, skipped(f));
        for (size_t k = 0; k < r->finding_count; k++) {
            const struct check_finding *x = &r->findings[k];
            complete = (x->form != f->form || x->mode != f->mode || add_finding(l, r, x)) && complete;
        }
    }
    return complete;
}

static bool write_cases(FILE *out, const struct check_report *const *reports, size_t count, cases_writer *write) {
    struct case_list *l = cases_new();
    bool complete = l != NULL;
    for (size_t i = 0; complete && i < count; i++) {
        complete = add_report(l, reports[i]);
    }
    complete = complete && write(out, l);
    cases_free(l);
    return complete;
}

bool report_check_junit(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    (void)coloured;
    return write_cases(out, reports, count, cases_junit);
}

bool report_check_tap(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    (void)coloured;
    return write_cases(out, reports, count, cases_tap);
}

bool report_check_sarif(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    (void)coloured;
    return write_cases(out, reports, count, cases_sarif);
}
