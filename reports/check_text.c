/* The check of handlers as text: a summary, then each finding with what it takes to see it again. */
#include "check.h"
#include "wording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *standing(const struct check_finding *f) {
    return f->standing == CHECK_ACCEPTED  ? " (accepted by the baseline)"
           : f->standing == CHECK_EXPIRED ? " (the baseline's acceptance has expired)"
                                          : "";
}

#define VALUES_COLUMN 14u
static bool print_values(FILE *out, const struct check_finding *f) {
    char *text = NULL;
    size_t size = 0;
    FILE *values = open_memstream(&text, &size);
    if (values == NULL) {
        return false;
    }
    for (size_t i = 0; i < f->input_count; i++) {
        char number[40];
        check_number(f->inputs[i].value, number, sizeof number);
        (void)fprintf(values, "%s%s=%s", i == 0 ? "" : ", ", f->inputs[i].name, number);
    }
    (void)fputs(f->input_count == 0 ? "all 0" : " (all else is 0)", values);
    bool done = fclose(values) == 0;
    if (done) {
        (void)fputs("    state:    ", out);
        write_wrapped(out, VALUES_COLUMN, VALUES_COLUMN, text);
    }
    free(text);
    return done;
}

static void print_differences(FILE *out, const struct check_finding *f) {
    for (size_t i = 0; i < f->difference_count; i++) {
        char expected[40];
        char seen[40];
        check_number(f->differences[i].expected, expected, sizeof expected);
        check_number(f->differences[i].seen, seen, sizeof seen);
        write_wrapped_format(out, VALUES_COLUMN, "%s: expected %s, seen %s", f->differences[i].name, expected, seen);
    }
}

static void print_test(FILE *out, const char *test) {
    while (*test != '\0') {
        size_t length = strcspn(test, "\n");
        (void)fprintf(out, "        %.*s\n", (int)length, test);
        test += length + (test[length] == '\n' ? 1 : 0);
    }
}

static void print_field(FILE *out, const char *name, const char *text) {
    (void)fprintf(out, "    %-9s ", name);
    write_wrapped(out, VALUES_COLUMN, VALUES_COLUMN, text);
}

static bool print_finding(FILE *out, const struct check_report *r, const struct check_finding *f, bool coloured) {
    char section[400];
    bool loud = coloured && check_counts(f);
    check_section(r, f, section, sizeof section);
    (void)fprintf(out, "\n%s", loud ? "\033[31m" : "");
    write_wrapped_format(out, 0, "%s [%s]: %s%s", r->isa->forms[f->form].text, r->isa->modes[f->mode].name, check_property_title(f->property),
                         standing(f));
    (void)fputs(loud ? "\033[0m" : "", out);
    print_field(out, "expected:", f->expected);
    print_field(out, "seen:", f->seen);
    write_wrapped_format(out, VALUES_COLUMN, "(%" PRIu64 " such states, the first was number %" PRIu64 ", after %.2f s)", f->states, f->first,
                         f->seconds);
    print_differences(out, f);
    bool done = print_values(out, f);
    print_field(out, "manual:", section);
    print_field(out, "baseline:", f->fingerprint);
    if (f->reason != NULL) {
        print_field(out, "reason:", f->reason);
    }
    (void)fputs("    to see it again:\n", out);
    print_test(out, f->test);
    return done;
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
        char targets[100] = "";
        char unhandled[100] = "";
        if (f->targets > 0) {
            (void)snprintf(targets, sizeof targets, "%u of %u targets, %u undecided", f->covered, f->targets - f->impossible, f->undecided);
        }
        if (f->unhandled > 0) {
            (void)snprintf(unhandled, sizeof unhandled, "%s%" PRIu64 " of %" PRIu64 " states unhandled", f->targets > 0 ? "; " : "", f->unhandled,
                           f->states);
        }
        (void)fputs(any ? "" : "\nNot, or not wholly, exercised:\n", out);
        any = true;
        write_wrapped_format(out, 2, "%s [%s]: %s%s%s%s", r->isa->forms[f->form].text, r->isa->modes[f->mode].name, targets, unhandled,
                             f->note != NULL && f->targets > 0 ? "; " : "", f->note == NULL ? "" : f->note);
    }
}

static bool print_report(FILE *out, const struct check_report *r, bool coloured) {
    struct check_totals t;
    check_totals(r, &t);
    (void)fprintf(out, "%s against the tables (%s)\n\n", r->subject, r->isa->title);
    write_wrapped_format(out, 2, "%zu forms and modes, %zu of them not tried; %" PRIu64 " states, %" PRIu64 " unhandled; seed %" PRIu64, t.forms,
                         t.skipped, r->states, t.unhandled, r->asked.seed);
    write_wrapped_format(out, 2,
                         "the reference: %u of %u trap points and %u of %u targets in all exercised; %u more are proven impossible, %u undecided",
                         t.traps_covered, t.traps, t.covered, t.targets - t.impossible, t.impossible, t.undecided);
    write_wrapped_format(out, 2, "%zu findings in %zu forms and modes; %zu more are accepted by the baseline", t.new_findings, t.failing, t.accepted);
    if (r->findings_left_out > 0) {
        write_wrapped_format(out, 2, "%zu further states diverged otherwise and are not shown", r->findings_left_out);
    }
    if (r->declaration_count > 0) {
        (void)fputs("\nThe adapter declares:\n", out);
    }
    for (size_t i = 0; i < r->declaration_count; i++) {
        write_wrapped_format(out, 2, "%s", r->declarations[i]);
    }
    bool done = true;
    for (size_t i = 0; i < r->finding_count; i++) {
        done = print_finding(out, r, &r->findings[i], coloured) && done;
    }
    for (size_t i = 0; i < r->fixed_count; i++) {
        (void)fprintf(out, "%s  %s\n", i == 0 ? "\nFixed (take them out of the baseline):\n" : "", r->fixed[i]);
    }
    print_uncovered(out, r);
    return done;
}

bool report_check_text(FILE *out, const struct check_report *const *reports, size_t count, bool coloured) {
    bool done = true;
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i > 0 ? "\n" : "", out);
        done = print_report(out, reports[i], coloured) && done;
    }
    return done;
}
