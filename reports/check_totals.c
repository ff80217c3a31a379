/* Sums over a check, and wording that its formats share. */
#include "check.h"

void check_totals(const struct check_report *r, struct check_totals *t) {
    *t = (struct check_totals){.forms = r->form_count};
    for (size_t i = 0; i < r->form_count; i++) {
        const struct check_form *f = &r->forms[i];
        t->skipped += f->states == 0 ? 1 : 0;
        t->failing += check_findings_of(r, f) > 0 ? 1 : 0;
        t->targets += f->targets;
        t->covered += f->covered;
        t->impossible += f->impossible;
        t->undecided += f->undecided;
        t->traps += f->traps;
        t->traps_covered += f->traps_covered;
        t->unhandled += f->unhandled;
    }
    for (size_t i = 0; i < r->finding_count; i++) {
        t->new_findings += check_counts(&r->findings[i]) ? 1 : 0;
        t->accepted += check_counts(&r->findings[i]) ? 0 : 1;
    }
}

size_t check_findings_of(const struct check_report *r, const struct check_form *f) {
    size_t count = 0;
    for (size_t i = 0; i < r->finding_count; i++) {
        count += r->findings[i].form == f->form && r->findings[i].mode == f->mode && check_counts(&r->findings[i]) ? 1 : 0;
    }
    return count;
}

void check_number(word128 value, char *text, size_t size) {
    if (value >> 64 != 0) {
        (void)snprintf(text, size, "0x%llx%016llx", (unsigned long long)(value >> 64), (unsigned long long)value);
    } else {
        (void)snprintf(text, size, value < 10 ? "%llu" : "0x%llx", (unsigned long long)value);
    }
}

void check_section(const struct check_report *r, const struct check_finding *f, char *text, size_t size) {
    const struct form *form = &r->isa->forms[f->form];
    if (f->place.file != NULL) {
        (void)snprintf(text, size, "%s; the check is %s:%u", form->source == NULL ? "" : form->source, f->place.file, f->place.line);
    } else {
        (void)snprintf(text, size, "%s; %s:%u", form->source == NULL ? "" : form->source, form->place.file, form->place.line);
    }
}
