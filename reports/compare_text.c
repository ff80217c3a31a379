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

/* How the cells are written: the widest that fits. */
struct cell_style {
    const char *class[5]; /* by enum verdict_class */
    const char *hole, *perhaps;
    unsigned width;
    bool named;      /* the heads of the columns are the names of the profiles, else numbers */
    const char *key; /* what the cells mean */
};
#define KEY_OF_HOLES "executed natively it does something else than on the bare machine."
static const struct cell_style styles[] = {
    {{"privileged", "SENSITIVE", "privileged-only", "innocuous", "undecided"},
     " hole",
     " hole?",
     15,
     true,
     "privileged: traps in user mode where it matters. SENSITIVE: sensitive and not privileged. hole: " KEY_OF_HOLES},
    {{"priv", "SENS", "only", "inno", "unde"},
     " hole",
     " hole?",
     9,
     false,
     "priv: privileged, traps in user mode where it matters. SENS: sensitive and not privileged. only: privileged and not sensitive. inno: "
     "innocuous. unde: undecided. hole: " KEY_OF_HOLES},
    {{"p", "S", "o", "i", "u"},
     "h",
     "?",
     2,
     false,
     "p: privileged, traps in user mode where it matters. S: sensitive and not privileged. o: privileged and not sensitive. i: innocuous. u: "
     "undecided. h: " KEY_OF_HOLES},
};
#define STYLE_COUNT (sizeof styles / sizeof styles[0])

static void write_cell(FILE *out, const struct form_verdict *v, const struct cell_style *style, unsigned width, const struct paint *paint) {
    char text[32];
    enum answer hole = v->answers[QUESTION_HOLE];
    (void)snprintf(text, sizeof text, "%s%s", style->class[v->class],
                   hole == ANSWER_YES         ? style->hole
                   : hole == ANSWER_UNDECIDED ? style->perhaps
                                              : "");
    const char *colour = v->class == VERDICT_SENSITIVE_UNPRIVILEGED || hole == ANSWER_YES ? paint->bad : "";
    (void)fprintf(out, "  %s%-*s%s", colour, (int)width, text, colour[0] == '\0' ? "" : paint->plain);
}

/* As wide as the longest text of the column. */
static unsigned column_width(const struct classification *c, const struct cell_style *style) {
    size_t width = style->named ? strlen(profile_in(c->isa, c->profile, 0)->name) : 0;
    return width > style->width ? (unsigned)width : style->width;
}

/* What stands beside the forms: the mode, a gap, and the columns. */
static size_t beside_forms(const struct classification *const *list, size_t count, const struct cell_style *style) {
    size_t width = 15;
    for (size_t i = 0; i < count; i++) {
        width += column_width(list[i], style) + 2;
    }
    return width;
}

/* Forms have what is left of the line, but never so little that they cannot be told apart. */
#define FEWEST_COLUMNS 20u
static const struct cell_style *fitting_style(const struct classification *const *list, size_t count) {
    size_t i = 0;
    while (i + 1 < STYLE_COUNT && beside_forms(list, count, &styles[i]) + FEWEST_COLUMNS > REPORT_WIDTH) {
        i++;
    }
    return &styles[i];
}

static unsigned form_width(const struct classification *const *list, size_t count, const struct cell_style *style) {
    size_t width = 4;
    for (size_t row = 0; row < list[0]->verdict_count; row++) {
        size_t length = strlen(list[0]->isa->forms[list[0]->verdicts[row].form].text);
        width = row_differs(list, count, row) && length > width ? length : width;
    }
    size_t others = beside_forms(list, count, style);
    size_t most = others + FEWEST_COLUMNS > REPORT_WIDTH ? FEWEST_COLUMNS : REPORT_WIDTH - others;
    return (unsigned)(width > most ? most : width);
}

static void write_heads(FILE *out, const struct classification *const *list, size_t count, const struct cell_style *style,
                        const struct paint *paint) {
    for (size_t i = 0; i < count; i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%zu", i + 1);
        (void)fprintf(out, "  %s%-*s%s", paint->bold, (int)column_width(list[i], style),
                      style->named ? profile_in(list[i]->isa, list[i]->profile, 0)->name : number, paint->plain);
    }
    (void)fputc('\n', out);
}

static size_t write_rows(FILE *out, const struct classification *const *list, size_t count, const struct cell_style *style,
                         const struct paint *paint) {
    const struct isa *isa = list[0]->isa;
    unsigned width = form_width(list, count, style);
    size_t different = 0;
    for (size_t row = 0; row < list[0]->verdict_count; row++) {
        const struct form_verdict *v = &list[0]->verdicts[row];
        if (!row_differs(list, count, row)) {
            continue;
        }
        if (different++ == 0) {
            (void)fprintf(out, "%-*s  %-13s", (int)width, "form", "mode");
            write_heads(out, list, count, style, paint);
        }
        (void)fprintf(out, "%-*.*s  %-13s", (int)width, (int)width, isa->forms[v->form].text, isa->modes[v->mode].name);
        for (size_t i = 0; i < count; i++) {
            write_cell(out, &list[i]->verdicts[row], style, column_width(list[i], style), paint);
        }
        (void)fputc('\n', out);
    }
    return different;
}

bool report_compare_text(FILE *out, const struct classification *const *list, size_t count, bool coloured) {
    const struct paint paint = paint_for(coloured);
    const struct cell_style *style = fitting_style(list, count);
    size_t different = write_rows(out, list, count, style, &paint);
    (void)fprintf(out, "%s%zu of %zu forms and modes differ.\n", different == 0 ? "" : "\n", different, list[0]->verdict_count);
    for (size_t i = 0; i < count; i++) {
        const struct classification *c = list[i];
        char number[24] = "";
        if (!style->named) {
            (void)snprintf(number, sizeof number, "%zu  ", i + 1);
        }
        (void)fprintf(out, "  %s%-22s Theorem 1 %s, %zu violations\n", number, profile_in(c->isa, c->profile, 0)->name,
                      answer_word(c->theorem[0].holds), c->theorem[0].violation_count);
    }
    if (different > 0) {
        write_wrapped(out, 0, 0, style->key);
    }
    return true;
}
