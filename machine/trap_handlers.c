/* Finds and calls the proven handlers. */
#include "trap_handlers.h"

#include "execute.h"

#include "../isa-model/emitted_handlers.h"
#include "../isa-model/emitted_storage.h"

#include <stdlib.h>

extern const struct handlers_isa x86_handlers; /* the table that `popek emit --for handlers` writes */

#define MOST_CHOICES 32u
#define MOST_ARRAYS 16u
#define MOST_HANDLER_WRITES 16u
#define MOST_READS 32u
#define MODES (MATCHER_PROTECTED + 1u)

/* A component that the handlers' profile fixes in a mode. */
struct fixed {
    unsigned mode;
    size_t offset;
    unsigned width;
    uint64_t value;
    bool supported; /* cr4_supported */
};
struct form_handler {
    const struct handler *handler;
    bool reads_supported;
};

struct read_element {
    unsigned component;
    uint64_t index;
    word128 value;
};

struct trap_handlers {
    size_t form_count;
    struct form_handler *by_form; /* by mode, then by form */
    struct fixed *fixed;
    size_t fixed_count;
    void *processor; /* room for a virtual processor */
    bool notes;      /* what a step reads */
    unsigned read_count;
    struct read_element reads[MOST_READS];
    uint64_t index[MOST_ARRAYS][MOST_READS], value[MOST_ARRAYS][MOST_READS];
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
        if (f->mode < MODES && c->placement == EMITTED_IN_STATE && c->index_width == 0) {
            h->fixed[h->fixed_count++] = (struct fixed){f->mode, c->offset, c->width, f->value, strcmp(c->name, "cr4_supported") == 0};
        }
    }
}

/* What is written to an array of wider elements would have to be put together. */
static bool writes_fit(const struct handler *handler) {
    bool fit = handler->write_count <= MOST_HANDLER_WRITES;
    for (size_t k = 0; fit && k < handler->write_count; k++) {
        fit = x86_emitted.components[x86_handlers.arrays[handler->write_arrays[k]].component].width <= 64;
    }
    return fit;
}

struct trap_handlers *trap_handlers_new(void) {
    struct trap_handlers *h = calloc(1, sizeof *h);
    /* Entries are in the order of forms. */
    const size_t form_count = x86_emitted.forms[x86_emitted.form_count + x86_emitted.event_count - 1].form + 1u;
    if (h == NULL) {
        return NULL;
    }
    h->form_count = form_count;
    h->by_form = calloc(MODES * form_count, sizeof *h->by_form);
    h->fixed = calloc(x86_handlers.fixed_count + 1, sizeof *h->fixed);
    h->processor = calloc(1, x86_handlers.processor_size);
    if (h->by_form == NULL || h->fixed == NULL || h->processor == NULL) {
        trap_handlers_free(h);
        return NULL;
    }
    find_fixed(h);
    for (size_t k = 0; k < x86_handlers.handler_count; k++) {
        const struct handler *handler = &x86_handlers.handlers[k];
        bool fits = handler->mode_number < MODES && handler->form < form_count && handler->choice_count <= MOST_CHOICES && writes_fit(handler) &&
                    x86_handlers.array_count <= MOST_ARRAYS;
        if (fits && is_proven(handler->name)) {
            h->by_form[handler->mode_number * form_count + handler->form] = (struct form_handler){handler, reads_supported(handler)};
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
static bool is_fixed(const struct trap_handlers *h, const struct x86 *s, unsigned mode, const struct form_handler *f) {
    for (size_t k = 0; k < h->fixed_count; k++) {
        if (h->fixed[k].mode == mode && emitted_load((const uint8_t *)s + h->fixed[k].offset, h->fixed[k].width) != h->fixed[k].value &&
            (f->reads_supported || !h->fixed[k].supported)) {
            return false;
        }
    }
    return true;
}

const struct handler *trap_handler_for(const struct trap_handlers *h, const struct x86 *s, const struct instruction *i) {
    const struct form_handler *f = h != NULL && i->mode < MODES && i->form < h->form_count ? &h->by_form[i->mode * h->form_count + i->form] : NULL;
    return f != NULL && f->handler != NULL && is_fixed(h, s, i->mode, f) ? f->handler : NULL;
}

void trap_handlers_note(struct trap_handlers *h, unsigned component, uint64_t index, word128 value) {
    if (h->notes) {
        h->reads[h->read_count % MOST_READS] = (struct read_element){component, index, value};
        h->read_count++;
    }
}

/* What the step would read. False: more than there is room for. */
static bool learn_reads(struct processor *p, const struct instruction *i, const void *state, const word128 *values) {
    struct trap_handlers *h = p->handlers;
    struct x86 copy;
    word128 tried[MOST_OPERANDS];
    uint64_t argument = 0;
    memcpy(&copy, state, sizeof copy);
    memcpy(tried, values, i->count * sizeof *values);
    h->notes = true;
    h->read_count = 0;
    (void)i->step->call(&copy, p->arrays, tried, p->choices, &argument);
    h->notes = false;
    arrays_clear(p);
    return h->read_count <= MOST_READS;
}

/* Each array of the handlers shows 64 bits of each element of one of the machine. */
static void show_arrays(struct trap_handlers *h, struct handled_array *arrays) {
    for (size_t n = 0; n < x86_handlers.array_count; n++) {
        const struct handler_array *a = &x86_handlers.arrays[n];
        uint32_t count = 0;
        for (unsigned k = 0; k < h->read_count; k++) {
            if (h->reads[k].component == a->component) {
                h->index[n][count] = h->reads[k].index;
                h->value[n][count++] = (uint64_t)(h->reads[k].value >> a->low);
            }
        }
        arrays[n] = (struct handled_array){count, h->index[n], h->value[n]};
    }
}

static void store_writes(struct processor *p, const struct handler *handler, const struct handled_write *writes) {
    for (size_t k = 0; k < handler->write_count; k++) {
        unsigned component = x86_handlers.arrays[handler->write_arrays[k]].component;
        struct emitted_array *a = &p->arrays[component];
        if (writes[k].guard != 0 && a->count < a->capacity) {
            emitted_list(&x86_emitted.components[component], a, a->count++, writes[k].index, writes[k].value);
        }
    }
}

uint32_t trap_handler_execute(struct processor *p, const struct handler *handler, const struct instruction *i, void *state, word128 *values,
                              uint64_t *argument) {
    struct trap_handlers *h = p->handlers;
    struct handled_array arrays[MOST_ARRAYS] = {{0, NULL, NULL}};
    struct handled_write writes[MOST_HANDLER_WRITES];
    word128 choices[MOST_CHOICES];
    for (size_t k = 0; k < handler->choice_count; k++) {
        choices[k] = strcmp(handler->choices[k], "length") == 0 ? i->length : 0;
    }
    h->read_count = 0;
    if (i->step->reads > 0 && !learn_reads(p, i, state, values)) {
        return HANDLER_REFUSED;
    }
    show_arrays(h, arrays);
    x86_handlers.load(h->processor, state);
    uint32_t outcome = handler->call(h->processor, arrays, values, choices, writes, argument);
    if (outcome == 0) {
        x86_handlers.store(state, h->processor);
        store_writes(p, handler, writes);
        for (unsigned k = 0; k < i->count; k++) { /* as a step leaves it: what the caller had beyond the operand is gone */
            values[k] &= ~(word128)0 >> (128 - i->step->operands[k].width);
        }
    }
    return outcome;
}
