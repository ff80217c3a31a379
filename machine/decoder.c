/* The matcher and the steps by form and mode: made once for all machines of a program. */
#include "decode.h"

#include "computer.h"

#include <stdlib.h>

/* INT1 of each mode stands for the delivery of any event: it pushes the frame without asking for the DPL of the gate. */
static bool find_external(struct decoder *d) {
    static const uint8_t int1[] = {0xF1};
    for (unsigned mode = 0; mode <= MATCHER_PROTECTED; mode++) {
        struct decoded decoded;
        if (!matcher_decode(d->matcher, (enum matcher_mode)mode, int1, sizeof int1, &decoded) || !bind_places(d, &decoded, &d->external[mode])) {
            return false;
        }
        d->external[mode].length = 0; /* the frame shows where the event happened, not what comes next */
    }
    return true;
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
    if (!good || !find_external(d)) {
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
