/* Several profiles beside each other, as text: a row for each form that differs. */
#include "reports.h"
#include "wording.h"

#include <string.h>

static bool row_differs(const struct classification *const *list, size_t count, size_t row) {
    for (size_t i = 1; i < count; i++) {
        const struct form_verdict *a = &list[0]->verdicts[row];
        const struct form_verdict *b = &list[i]->verdicts[row];
        if (a->class != b->class || a->answers[QUESTION_HOLE] != b->answers[QUESTION_HOLE]) {
            return true;
        }
    }
    return false;
}

static const char *short_class(enum verdict_class class) {
    static const char *const names[] = {"privileged", "SENSITIVE", "privileged-only", "innocuous", "undecided"};
    return names[class];
}

static void write_cell(FILE *out, const struct form_verdict *v, unsigned width, const struct paint *paint) {
    char text[32];
    enum answer hole = v->answers[QUESTION_HOLE];
    (void)snprintf(text, sizeof text, "%s%s", short_class(v->class), hole == ANSWER_YES ? " hole" : hole == ANSWER_UNDECIDED ? " hole?" : "");
    const char *colour = v->class == VERDICT_SENSITIVE_UNPRIVILEGED || hole == ANSWER_YES ? paint->bad : "";
    (void)fprintf(out, "  %s%-*s%s", colour, (int)width, text, colour[0] == '\0' ? "" : paint->plain);
}

/* As wide as the longest text of the column. */
static unsigned column_width(const struct classification *c) {
    size_t width = strlen(profile_in(c->isa, c->profile, 0)->name);
    return width > 15 ? (unsigned)width : 15;
}

/* What is left of the line, but never so little that forms cannot be told apart. */
#define FEWEST_COLUMNS 20u
static unsigned form_width(const struct classification *const *list, size_t count) {
    size_t width = 4;
    for (size_t row = 0; row < list[0]->verdict_count; row++) {
        size_t length = strlen(list[0]->isa->forms[list[0]->verdicts[row].form].text);
        width = row_differs(list, count, row) && length > width ? length : width;
    }
    size_t others = 15; /* the mode, and a gap */
    for (size_t i = 0; i < count; i++) {
        others += column_width(list[i]) + 2;
    }
    size_t most = others + FEWEST_COLUMNS > REPORT_WIDTH ? FEWEST_COLUMNS : REPORT_WIDTH - others;
    return (unsigned)(width > most ? most : width);
}

static size_t write_rows(FILE *out, const struct classification *const *list, size_t count, const struct paint *paint) {
    const struct isa *isa = list[0]->isa;
    unsigned width = form_width(list, count);
    size_t different = 0;
    for (size_t row = 0; row < list[0]->verdict_count; row++) {
        const struct form_verdict *v = &list[0]->verdicts[row];
        if (!row_differs(list, count, row)) {
            continue;
        }
        if (different++ == 0) {
            (void)fprintf(out, "%-*s  %-13s", (int)width, "form", "mode");
            for (size_t i = 0; i < count; i++) {
                (void)fprintf(out, "  %s%-*s%s", paint->bold, (int)column_width(list[i]), profile_in(isa, list[i]->profile, 0)->name, paint->plain);
            }
            (void)fputc('\n', out);
        }
        (void)fprintf(out, "%-*.*s  %-13s", (int)width, (int)width, isa->forms[v->form].text, isa->modes[v->mode].name);
        for (size_t i = 0; i < count; i++) {
            write_cell(out, &list[i]->verdicts[row], column_width(list[i]), paint);
        }
        (void)fputc('\n', out);
    }
    return different;
}

bool report_compare_text(FILE *out, const struct classification *const *list, size_t count, bool coloured) {
    const struct paint paint = paint_for(coloured);
    size_t different = write_rows(out, list, count, &paint);
    (void)fprintf(out, "%s%zu of %zu forms and modes differ.\n", different == 0 ? "" : "\n", different, list[0]->verdict_count);
    for (size_t i = 0; i < count; i++) {
        const struct classification *c = list[i];
        (void)fprintf(out, "  %-22s Theorem 1 %s, %zu violations\n", profile_in(c->isa, c->profile, 0)->name, answer_word(c->theorem[0].holds),
                      c->theorem[0].violation_count);
    }
    if (different > 0) {
        write_wrapped(out, 0, 0,
                      "privileged: traps in user mode where it matters. SENSITIVE: sensitive and not privileged. hole: executed natively it does "
                      "something else "
                      "than on the bare machine.");
    }
    return true;
}
