/* Finds and calls the proven handlers. */
#include "trap_handlers.h"

#include "../isa-model/emitted_handlers.h"
#include "../isa-model/emitted_storage.h"

#include <stdlib.h>

extern const struct handlers_isa x86_handlers; /* the table that `popek emit --for handlers` writes */

#define MOST_CHOICES 32u
#define MOST_ARRAYS 16u
#define MOST_HANDLER_WRITES 8u

/* A component that the handlers' profile fixes in protected mode. */
struct fixed {
    size_t offset;
    unsigned width;
    uint64_t value;
    bool supported; /* cr4_supported */
};
struct form_handler {
    const struct handler *handler;
    bool reads_supported;
};

struct trap_handlers {
    size_t form_count;
    struct form_handler *by_form;
    struct fixed *fixed;
    size_t fixed_count;
    void *processor; /* room for a virtual processor */
};

static bool is_proven(const char *name) {
    for (const char *const *p = proven_handlers; *p != NULL; p++) {
        if (strcmp(*p, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Which bits of CR4 a processor has matters in protected mode to loads of CR4, CLAC and STAC alone (system_registers.isa, flags.isa); those of this
 * machine are others than the virtual processor's. */
static bool reads_supported(const struct handler *handler) {
    static const char *const readers[] = {"CR4", "CLAC", "STAC"};
    bool reads = false;
    for (unsigned i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        reads = reads || strstr(handler->text, readers[i]) != NULL;
    }
    return reads;
}

static void find_fixed(struct trap_handlers *h) {
    for (size_t k = 0; k < x86_handlers.fixed_count; k++) {
        const struct handler_fixed *f = &x86_handlers.fixed[k];
        const struct emitted_component *c = &x86_emitted.components[f->component];
        if (f->mode == MATCHER_PROTECTED && c->placement == EMITTED_IN_STATE && c->index_width == 0) {
            h->fixed[h->fixed_count++] = (struct fixed){c->offset, c->width, f->value, strcmp(c->name, "cr4_supported") == 0};
        }
    }
}

struct trap_handlers *trap_handlers_new(size_t form_count) {
    struct trap_handlers *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return NULL;
    }
    h->form_count = form_count;
    h->by_form = calloc(form_count, sizeof *h->by_form);
    h->fixed = calloc(x86_handlers.fixed_count + 1, sizeof *h->fixed);
    h->processor = calloc(1, x86_handlers.processor_size);
    if (h->by_form == NULL || h->fixed == NULL || h->processor == NULL) {
        trap_handlers_free(h);
        return NULL;
    }
    find_fixed(h);
    for (size_t k = 0; k < x86_handlers.handler_count; k++) {
        const struct handler *handler = &x86_handlers.handlers[k];
        bool fits = handler->mode_number == MATCHER_PROTECTED && handler->form < form_count && handler->choice_count <= MOST_CHOICES &&
                    handler->write_count == 0 && x86_handlers.array_count <= MOST_ARRAYS;
        if (fits && is_proven(handler->name)) {
            h->by_form[handler->form] = (struct form_handler){handler, reads_supported(handler)};
        }
    }
    return h;
}

void trap_handlers_free(struct trap_handlers *h) {
    if (h != NULL) {
        free(h->by_form);
        free(h->fixed);
        free(h->processor);
        free(h);
    }
}

/* Handlers are made for states in which what their profile fixes has its value. */
static bool is_fixed(const struct trap_handlers *h, const struct x86 *s, const struct form_handler *f) {
    for (size_t k = 0; k < h->fixed_count; k++) {
        if (emitted_load((const uint8_t *)s + h->fixed[k].offset, h->fixed[k].width) != h->fixed[k].value &&
            (f->reads_supported || !h->fixed[k].supported)) {
            return false;
        }
    }
    return true;
}

const struct handler *trap_handler_for(const struct trap_handlers *h, const struct x86 *s, const struct instruction *i) {
    const struct form_handler *f = h != NULL && i->mode == MATCHER_PROTECTED && i->form < h->form_count ? &h->by_form[i->form] : NULL;
    return f != NULL && f->handler != NULL && i->step->reads == 0 && is_fixed(h, s, f) ? f->handler : NULL;
}

uint32_t trap_handler_execute(const struct trap_handlers *h, const struct handler *handler, const struct instruction *i, void *state, word128 *values,
                              uint64_t *argument) {
    static const struct handled_array none[MOST_ARRAYS];
    struct handled_write writes[MOST_HANDLER_WRITES];
    word128 choices[MOST_CHOICES];
    for (size_t k = 0; k < handler->choice_count; k++) {
        choices[k] = strcmp(handler->choices[k], "length") == 0 ? i->length : 0;
    }
    x86_handlers.load(h->processor, state);
    uint32_t outcome = handler->call(h->processor, none, values, choices, writes, argument);
    if (outcome == 0) {
        x86_handlers.store(state, h->processor);
    }
    return outcome;
}
