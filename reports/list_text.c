/* What an ISA has, as text for people. */
#include "reports.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

bool report_names_text(FILE *out, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s\n", names[i]);
    }
    return true;
}

static void write_named(FILE *out, const char *kind, const char *name, const char *title) {
    bool titled = title != NULL && title[0] != '\0';
    if (!titled) {
        (void)fprintf(out, "%-10s %s\n", kind, name);
        return;
    }
    int written = fprintf(out, "%-10s %-18s ", kind, name);
    write_wrapped(out, written < 0 ? 0 : (unsigned)written, 4, title);
}

static bool in_every_mode(const struct isa *isa, const struct form *form) {
    for (size_t m = 0; m < isa->mode_count; m++) {
        if ((form->modes >> m & 1) == 0) {
            return false;
        }
    }
    return true;
}

/* "all modes", or their names. */
static void modes_text(const struct isa *isa, const struct form *form, char *text, size_t size) {
    if (in_every_mode(isa, form)) {
        (void)snprintf(text, size, "all modes");
        return;
    }
    size_t used = 0;
    text[0] = '\0';
    for (size_t m = 0; m < isa->mode_count && used < size; m++) {
        if ((form->modes >> m & 1) != 0) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", isa->modes[m].name);
        }
    }
}

/* In columns where they are wide enough; what is longer than a line goes on in the next. */
static void write_form(FILE *out, const struct isa *isa, const struct form *f) {
    char modes[512];
    modes_text(isa, f, modes, sizeof modes);
    size_t width = 4 + (strlen(f->text) > 34 ? strlen(f->text) : 34) + (strlen(f->encoding) > 24 ? strlen(f->encoding) : 24);
    if (width + strlen(modes) <= REPORT_WIDTH) {
        (void)fprintf(out, "  %-34s %-24s %s\n", f->text, f->encoding, modes);
        return;
    }
    bool apart = 3 + strlen(f->text) + strlen(f->encoding) > REPORT_WIDTH;
    if (apart) {
        (void)fprintf(out, "  %s\n", f->text);
    }
    int written = apart ? fprintf(out, "      %s", f->encoding) : fprintf(out, "  %-34s %s", f->text, f->encoding);
    bool line = written < 0 || (size_t)written + 1 + strlen(modes) > REPORT_WIDTH;
    (void)fputs(line ? "\n      " : " ", out);
    write_wrapped(out, line ? 6 : (unsigned)written + 1, 6, modes);
}

bool report_list_text(FILE *out, const struct isa *isa) {
    (void)fprintf(out, "%s  ", isa->name);
    write_wrapped(out, 2 + (unsigned)strlen(isa->name), 2 + (unsigned)strlen(isa->name), isa->title);
    for (size_t i = 0; i < isa->mode_count; i++) {
        write_named(out, "mode", isa->modes[i].name, isa->modes[i].title);
    }
    for (size_t i = 0; i < isa->profile_count; i++) {
        write_named(out, "profile", profile_in(isa, i, 0)->name, profile_in(isa, i, 0)->title);
        for (size_t k = 0; k < profile_in(isa, i, 0)->free_bit_count; k++) {
            const struct free_bit *bit = &profile_in(isa, i, 0)->free_bits[k];
            (void)fprintf(out, "  free bit %s (plain %u)\n", isa->leaves[bit->leaf].name, (unsigned)bit->plain);
        }
    }
    const char *instruction = "";
    for (size_t i = 0; i < isa->form_count; i++) {
        const struct form *f = &isa->forms[i];
        if (strcmp(instruction, f->instruction) != 0) {
            int written = fprintf(out, "\n%s  ", f->instruction) - 1;
            write_wrapped(out, written < 0 ? 0 : (unsigned)written, 4, f->title);
            if (f->source[0] != '\0') {
                (void)fputs("    ", out);
                write_wrapped(out, 4, 4, f->source);
            }
            instruction = f->instruction;
        }
        write_form(out, isa, f);
    }
    (void)fprintf(out, "\n%zu forms\n", isa->form_count);
    return true;
}
