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
    (void)fprintf(out, titled ? "%-10s %-18s %s\n" : "%-10s %s%s\n", kind, name, titled ? title : "");
}

static bool in_every_mode(const struct isa *isa, const struct form *form) {
    for (size_t m = 0; m < isa->mode_count; m++) {
        if ((form->modes >> m & 1) == 0) {
            return false;
        }
    }
    return true;
}

static void write_modes(FILE *out, const struct isa *isa, const struct form *form) {
    if (in_every_mode(isa, form)) {
        (void)fputs("all modes", out);
        return;
    }
    const char *separator = "";
    for (size_t m = 0; m < isa->mode_count; m++) {
        if ((form->modes >> m & 1) != 0) {
            (void)fprintf(out, "%s%s", separator, isa->modes[m].name);
            separator = ",";
        }
    }
}

bool report_list_text(FILE *out, const struct isa *isa) {
    (void)fprintf(out, "%s  %s\n", isa->name, isa->title);
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
            (void)fprintf(out, "\n%s  %s%s%s%s\n", f->instruction, f->title, f->source[0] == '\0' ? "" : "  [", f->source,
                          f->source[0] == '\0' ? "" : "]");
            instruction = f->instruction;
        }
        (void)fprintf(out, "  %-34s %-24s ", f->text, f->encoding);
        write_modes(out, isa, f);
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "\n%zu forms\n", isa->form_count);
    return true;
}
