/* What the tables have, as text: counts, what is excluded and why, and what is missing. */
#include "reports.h"
#include "wording.h"

#include <string.h>

struct counts {
    size_t exact, template, excluded, unaccounted;
};

static struct counts count_rows(const struct coverage *c, size_t from, size_t to) {
    struct counts n = {0, 0, 0, 0};
    for (size_t i = from; i < to; i++) {
        size_t *const which[] = {&n.exact, &n.template, &n.excluded, &n.unaccounted};
        (*which[c->rows[i].kind])++;
    }
    return n;
}

static void write_kind(FILE *out, const struct coverage *c, enum coverage_kind kind, const char *title) {
    bool first = true;
    for (size_t i = 0; i < c->row_count; i++) {
        const struct coverage_row *row = &c->rows[i];
        if (row->kind != kind) {
            continue;
        }
        (void)fprintf(out, "%s%s", first ? title : "", first ? "\n" : "");
        int used = fprintf(out, "  %-18s ", row->name == NULL ? row->instruction : row->name);
        write_wrapped(out, used < 0 ? 0 : (unsigned)used, 21, row->reason[0] == '\0' ? "not in the tables" : row->reason);
        first = false;
    }
    if (!first) {
        (void)fputc('\n', out);
    }
}

static void write_beyond(FILE *out, const struct coverage *c) {
    unsigned column = 2;
    (void)fputs("Instructions that Capstone lacks\n  ", out);
    for (size_t i = c->known_count; i < c->known_count + c->beyond_count; i++) {
        unsigned length = (unsigned)strlen(c->rows[i].instruction) + 1;
        if (column + length > REPORT_WIDTH) {
            (void)fputs("\n  ", out);
            column = 2;
        }
        (void)fprintf(out, "%s ", c->rows[i].instruction);
        column += length;
    }
    (void)fputs("\n\n", out);
}

bool report_coverage_text(FILE *out, const struct isa *isa, const struct coverage *c) {
    struct counts known = count_rows(c, 0, c->known_count);
    size_t end = c->known_count + c->beyond_count;
    struct counts beyond = count_rows(c, c->known_count, end);
    (void)fprintf(out, "%s  %zu forms\n\n", isa->name, isa->form_count);
    (void)fputs("instructions        exact  template  excluded  missing\n", out);
    (void)fprintf(out, "Capstone's %5zu   %6zu  %8zu  %8zu  %7zu\n", c->known_count, known.exact, known.template, known.excluded, known.unaccounted);
    (void)fprintf(out, "beyond it  %5zu   %6zu  %8zu\n", c->beyond_count, beyond.exact, beyond.template);
    (void)fprintf(out, "in neither %5zu                    %8zu\n\n", c->row_count - end, c->row_count - end);
    (void)fputs("forms by mode       exact  template\n", out);
    for (size_t mode = 0; mode < isa->mode_count; mode++) {
        (void)fprintf(out, "%-16s   %6zu  %8zu\n", isa->modes[mode].name, c->exact_forms[mode], c->template_forms[mode]);
    }
    (void)fputc('\n', out);
    write_beyond(out, c);
    write_kind(out, c, COVERAGE_EXCLUDED, "Excluded");
    write_kind(out, c, COVERAGE_UNACCOUNTED, "Missing: neither in the tables nor excluded");
    (void)fprintf(out, "%zu unaccounted for\n", known.unaccounted);
    return true;
}
