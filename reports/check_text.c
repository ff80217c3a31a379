/* The check of handlers as text: a summary, then each finding with what it takes to see it again. */
#include "check.h"

#include <inttypes.h>
#include <string.h>

static const char *standing(const struct check_finding *f) {
    return f->standing == CHECK_ACCEPTED  ? " (accepted by the baseline)"
           : f->standing == CHECK_EXPIRED ? " (the baseline's acceptance has expired)"
                                          : "";
}

static void print_values(FILE *out, const struct check_finding *f) {
    (void)fputs("    state:    ", out);
    for (size_t i = 0; i < f->input_count; i++) {
        char number[40];
        check_number(f->inputs[i].value, number, sizeof number);
        (void)fprintf(out, "%s%s=%s", i == 0 ? "" : i % 6 == 0 ? ",\n              " : ", ", f->inputs[i].name, number);
    }
    (void)fputs(f->input_count == 0 ? "all 0\n" : " (all else is 0)\n", out);
}

static void print_differences(FILE *out, const struct check_finding *f) {
    for (size_t i = 0; i < f->difference_count; i++) {
        char expected[40];
        char seen[40];
        check_number(f->differences[i].expected, expected, sizeof expected);
        check_number(f->differences[i].seen, seen, sizeof seen);
        (void)fprintf(out, "              %s: expected %s, seen %s\n", f->differences[i].name, expected, seen);
    }
}

static void print_test(FILE *out, const char *test) {
    while (*test != '\0') {
        size_t length = strcspn(test, "\n");
        (void)fprintf(out, "        %.*s\n", (int)length, test);
        test += length + (test[length] == '\n' ? 1 : 0);
    }
}

static void print_finding(FILE *out, const struct check_report *r, const struct check_finding *f, bool coloured) {
    char section[400];
    bool loud = coloured && check_counts(f);
    check_section(r, f, section, sizeof section);
    (void)fprintf(out, "\n%s%s [%s]: %s%s%s\n", loud ? "\033[31m" : "", r->isa->forms[f->form].text, r->isa->modes[f->mode].name,
                  check_property_title(f->property), loud ? "\033[0m" : "", standing(f));
    (void)fprintf(out, "    expected: %s\n    seen:     %s (%" PRIu64 " such states, the first was number %" PRIu64 ", after %.2f s)\n", f->expected,
                  f->seen, f->states, f->first, f->seconds);
    print_differences(out, f);
    print_values(out, f);
    (void)fprintf(out, "    manual:   %s\n    baseline: %s\n", section, f->fingerprint);
    if (f->reason != NULL) {
        (void)fprintf(out, "    reason:   %s\n", f->reason);
    }
    (void)fputs("    to see it again:\n", out);
    print_test(out, f->test);
}

/* Forms with something that was not exercised, and why. */
static void print_uncovered(FILE *out, const struct check_report *r) {
    bool any = false;
    for (size_t i = 0; i < r->form_count; i++) {
        const struct check_form *f = &r->forms[i];
        unsigned left = f->targets - f->covered - f->impossible;
        if (f->note == NULL && left == 0 && f->unhandled == 0) {
            continue;
        }
        (void)fprintf(out, "%s  %s [%s]: ", any ? "" : "\nNot, or not wholly, exercised:\n", r->isa->forms[f->form].text,
                      r->isa->modes[f->mode].name);
        any = true;
        if (f->targets > 0) {
            (void)fprintf(out, "%u of %u targets, %u undecided", f->covered, f->targets - f->impossible, f->undecided);
        }
        if (f->unhandled > 0) {
            (void)fprintf(out, "%s%" PRIu64 " of %" PRIu64 " states unhandled", f->targets > 0 ? "; " : "", f->unhandled, f->states);
        }
        (void)fprintf(out, "%s%s\n", f->note != NULL && f->targets > 0 ? "; " : "", f->note == NULL ? "" : f->note);
    }
}

static void print_report(FILE *out, const struct check_report *r, bool coloured) {
    struct check_totals t;
    check_totals(r, &t);
    (void)fprintf(out, "%s against the tables (%s)\n\n", r->subject, r->isa->title);
    (void)fprintf(out, "  %zu forms and modes, %zu of them not tried; %" PRIu64 " states, %" PRIu64 " unhandled; seed %" PRIu64 "\n", t.forms,
                  t.skipped, r->states, t.unhandled, r->asked.seed);
    (void)fprintf(out, "  the reference: %u of %u trap points and %u of %u targets in all exercised", t.traps_covered, t.traps, t.covered,
                  t.targets - t.impossible);
    (void)fprintf(out, "; %u more are proven impossible, %u undecided\n", t.impossible, t.undecided);
    (void)fprintf(out, "  %zu findings in %zu forms and modes; %zu more are accepted by the baseline\n", t.new_findings, t.failing, t.accepted);
    if (r->findings_left_out > 0) {
        (void)fprintf(out, "  %zu further states diverged otherwise and are not shown\n", r->findings_left_out);
    }
    if (r->declaration_count > 0) {
        (void)fputs("\nThe adapter declares:\n", out);
    }
    for (size_t i = 0; i < r->declaration_count; i++) {
        (void)fprintf(out, "  %s\n", r->declarations[i]);
    }
    for (size_t i = 0; i < r->finding_count; i++) {
        print_finding(out, r, &r->findings[i], coloured);
    }
    for (size_t i = 0; i < r->fixed_count; i++) {
        (void)fprintf(out, "%s  %s\n", i == 0 ? "\nFixed (take them out of the baseline):\n" : "", r->fixed[i]);
    }
    print_uncovered(out, r);
}

bool report_check_text(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i > 0 ? "\n" : "", out);
        print_report(out, reports[i], coloured);
    }
    return true;
}
