/* The check of handlers as JUnit XML: failure is a divergence, error a lost process, skipped what was not tried. */
#include "check.h"
#include "html.h"

#include <inttypes.h>

/* XML has no place for most control characters. */
static void put_escaped(FILE *out, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n') {
            (void)fputs("&#10;", out);
        } else {
            html_character(out, (unsigned char)*c < 0x20 || (unsigned char)*c > 0x7E ? '?' : *c);
        }
    }
}

static bool is_lost(const struct check_finding *f) { return f->property == CHECK_CRASH || f->property == CHECK_HANG; }

static void put_finding(FILE *out, const struct check_report *r, const struct check_finding *f) {
    char section[400];
    const char *element = is_lost(f) ? "error" : "failure";
    check_section(r, f, section, sizeof section);
    (void)fprintf(out, "      <%s type=\"%s\" message=\"", element, check_property_rule(f->property));
    put_escaped(out, "expected ");
    put_escaped(out, f->expected);
    put_escaped(out, ", seen ");
    put_escaped(out, f->seen);
    (void)fputs("\">", out);
    put_escaped(out, section);
    (void)fputs("&#10;", out);
    for (size_t i = 0; i < f->difference_count; i++) {
        char text[200];
        char expected[40];
        char seen[40];
        check_number(f->differences[i].expected, expected, sizeof expected);
        check_number(f->differences[i].seen, seen, sizeof seen);
        (void)snprintf(text, sizeof text, "%s: expected %s, seen %s\n", f->differences[i].name, expected, seen);
        put_escaped(out, text);
    }
    put_escaped(out, f->test);
    (void)fprintf(out, "</%s>\n", element);
}

static void put_case(FILE *out, const struct check_report *r, const struct check_form *f) {
    (void)fputs("    <testcase classname=\"", out);
    put_escaped(out, r->isa->modes[f->mode].name);
    (void)fputs("\" name=\"", out);
    put_escaped(out, r->isa->forms[f->form].text);
    (void)fputs("\" time=\"0\"", out);
    if (f->states > 0 && f->unhandled < f->states && check_findings_of(r, f) == 0) {
        (void)fputs("/>\n", out);
        return;
    }
    (void)fputs(">\n", out);
    if (f->states == 0 || (f->unhandled == f->states && check_findings_of(r, f) == 0)) {
        (void)fputs("      <skipped message=\"", out);
        put_escaped(out, f->note != NULL ? f->note : f->states == 0 ? "no state was tried" : "the handler leaves every state unhandled");
        (void)fputs("\"/>\n", out);
    }
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct check_finding *x = &r->findings[i];
        if (x->form == f->form && x->mode == f->mode && check_counts(x)) {
            put_finding(out, r, x);
        }
    }
    (void)fputs("    </testcase>\n", out);
}

static void put_suite(FILE *out, const struct check_report *r) {
    size_t failures = 0;
    size_t errors = 0;
    size_t skipped = 0;
    for (size_t i = 0; i < r->finding_count; i++) {
        failures += check_counts(&r->findings[i]) && !is_lost(&r->findings[i]) ? 1 : 0;
        errors += check_counts(&r->findings[i]) && is_lost(&r->findings[i]) ? 1 : 0;
    }
    for (size_t i = 0; i < r->form_count; i++) {
        const struct check_form *f = &r->forms[i];
        skipped += f->states == 0 || (f->unhandled == f->states && check_findings_of(r, f) == 0) ? 1 : 0;
    }
    (void)fputs("  <testsuite name=\"", out);
    put_escaped(out, r->subject);
    (void)fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n    <properties>\n", r->form_count, failures,
                  errors, skipped, r->running);
    (void)fprintf(out, "      <property name=\"states\" value=\"%" PRIu64 "\"/>\n", r->states);
    for (size_t i = 0; i < r->declaration_count; i++) {
        (void)fputs("      <property name=\"declaration\" value=\"", out);
        put_escaped(out, r->declarations[i]);
        (void)fputs("\"/>\n", out);
    }
    (void)fputs("    </properties>\n", out);
    for (size_t i = 0; i < r->form_count; i++) {
        put_case(out, r, &r->forms[i]);
    }
    (void)fputs("  </testsuite>\n", out);
}

bool report_check_junit(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    (void)coloured;
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    for (size_t i = 0; i < count; i++) {
        put_suite(out, reports[i]);
    }
    (void)fputs("</testsuites>\n", out);
    return true;
}
