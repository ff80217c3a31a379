/* The check of handlers as TAP 14: a test for each form and mode. */
#include "check.h"

#include <inttypes.h>

/* '#' begins a directive in a description. */
static void put_description(FILE *out, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        (void)fprintf(out, *c == '#' ? "\\%c" : "%c", *c);
    }
}

static void put_test(FILE *out, const struct check_report *r, const struct check_form *f, size_t number) {
    bool tried = f->states > 0 && f->unhandled < f->states;
    bool good = check_findings_of(r, f) == 0;
    (void)fprintf(out, "%sok %zu - ", good ? "" : "not ", number);
    put_description(out, r->isa->forms[f->form].text);
    (void)fprintf(out, " [%s]", r->isa->modes[f->mode].name);
    if (!tried && good) {
        (void)fprintf(out, " # SKIP %s", f->note == NULL ? "no state was handled" : f->note);
    }
    (void)fputc('\n', out);
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct check_finding *x = &r->findings[i];
        if (x->form == f->form && x->mode == f->mode && check_counts(x)) {
            char section[400];
            check_section(r, x, section, sizeof section);
            (void)fprintf(out, "  ---\n  rule: %s\n  expected: \"%s\"\n  seen: \"%s\"\n  manual: \"%s\"\n  states: %" PRIu64 "\n  ...\n",
                          check_property_rule(x->property), x->expected, x->seen, section, x->states);
        }
    }
}

bool report_check_tap(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    size_t all = 0;
    size_t number = 0;
    (void)coloured;
    for (size_t i = 0; i < count; i++) {
        all += reports[i]->form_count;
    }
    (void)fprintf(out, "TAP version 14\n1..%zu\n", all);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "# %s\n", reports[i]->subject);
        for (size_t k = 0; k < reports[i]->form_count; k++) {
            put_test(out, reports[i], &reports[i]->forms[k], ++number);
        }
    }
    return true;
}
