/* Cases as JUnit XML: failure is refuted, error what was lost, skipped undecided or not tried. */
#include "cases_list.h"
#include "html.h"

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

static void put(FILE *out, const char *before, const char *text, const char *after) {
    (void)fputs(before, out);
    put_escaped(out, text);
    (void)fputs(after, out);
}

static void put_finding(FILE *out, const struct case_finding *f) {
    const char *element = f->kind == FINDING_BROKEN ? "error" : "failure";
    (void)fprintf(out, "      <%s", element);
    put(out, " type=\"", f->rule, "\"");
    put(out, " message=\"", f->message, "\">");
    put(out, "", f->source, "&#10;");
    put_escaped(out, f->detail);
    (void)fprintf(out, "</%s>\n", element);
}

static void put_case(FILE *out, const struct case_list *l, const struct case_item *c) {
    const char *open = case_open(l, c);
    put(out, "    <testcase classname=\"", c->mode, "\"");
    put(out, " name=\"", c->form, "\" time=\"0\"");
    if (open == NULL && !case_fails(l, c)) {
        (void)fputs("/>\n", out);
        return;
    }
    (void)fputs(">\n", out);
    if (open != NULL) {
        put(out, "      <skipped message=\"", open, "\"/>\n");
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct case_finding *f = &l->findings[c->first + i];
        if (f->kind == FINDING_REFUTED || f->kind == FINDING_BROKEN) {
            put_finding(out, f);
        }
    }
    (void)fputs("    </testcase>\n", out);
}

static void put_suite(FILE *out, const struct case_list *l, const struct case_suite *s) {
    size_t failures = 0;
    size_t errors = 0;
    size_t skipped = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct case_item *c = &l->items[s->first + i];
        failures += case_findings(l, c, FINDING_REFUTED);
        errors += case_findings(l, c, FINDING_BROKEN);
        skipped += case_open(l, c) != NULL ? 1u : 0u;
    }
    put(out, "  <testsuite name=\"", s->name, "\"");
    (void)fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n", s->count, failures, errors, skipped,
                  s->seconds);
    for (size_t i = 0; i < s->property_count; i++) {
        put(out, i == 0 ? "    <properties>\n      <property name=\"" : "      <property name=\"", s->properties[i].name, "\"");
        put(out, " value=\"", s->properties[i].value, i + 1 == s->property_count ? "\"/>\n    </properties>\n" : "\"/>\n");
    }
    for (size_t i = 0; i < s->count; i++) {
        put_case(out, l, &l->items[s->first + i]);
    }
    (void)fputs("  </testsuite>\n", out);
}

bool cases_junit(FILE *out, const struct case_list *l) {
    if (l->failed) {
        return false;
    }
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    for (size_t i = 0; i < l->suite_count; i++) {
        put_suite(out, l, &l->suites[i]);
    }
    (void)fputs("</testsuites>\n", out);
    return true;
}
