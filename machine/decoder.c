/* The matcher and the steps by form and mode: made once for all machines of a program. */
#include "decode.h"

#include "computer.h"

#include <stdlib.h>

static bool find_deliveries(struct decoder *d) {
    unsigned found = 0;
    for (size_t k = 0; k < x86_emitted.event_count; k++) {
        const struct emitted_form *event = &x86_emitted.forms[x86_emitted.form_count + k];
        if (strcmp(event->text, "DELIVERY") == 0 && event->mode_number <= MATCHER_PROTECTED) {
            found += bind_event(d, event, &d->delivery[event->mode_number]) ? 1 : 0;
        }
    }
    return found == MATCHER_PROTECTED + 1;
}

struct decoder *decoder_new(struct isa *isa, const char **message) {
    struct decoder *d = calloc(1, sizeof *d);
    char *error = NULL;
    *message = "out of memory";
    if (d == NULL) {
        isa_free(isa);
        return NULL;
    }
    d->isa = isa;
    d->entries = calloc(isa->form_count * isa->mode_count, sizeof *d->entries);
    d->matcher = matcher_of_isa(isa, &error);
    free(error);
    bool good = d->entries != NULL && d->matcher != NULL;
    for (size_t i = 0; good && i < x86_emitted.form_count; i++) {
        const struct emitted_form *f = &x86_emitted.forms[i];
        if (f->form >= isa->form_count || f->mode_number >= isa->mode_count || strcmp(f->text, isa->forms[f->form].text) != 0) {
            *message = "the steps are of another description";
            good = false;
        } else {
            d->entries[f->form * isa->mode_count + f->mode_number] = (uint32_t)i + 1;
        }
    }
    if (!good || !find_deliveries(d)) {
        decoder_free(d);
        return NULL;
    }
    *message = NULL;
    return d;
}

void decoder_free(struct decoder *d) {
    if (d != NULL) {
        matcher_free(d->matcher);
        isa_free(d->isa);
        free(d->entries);
        free(d);
    }
}
