/* The adapter between a state of the tables and handlers of the virtual processor: what the emitted table says of them is all that it knows. */
#include "virtual_plugin.h"

#include "../isa-model/handled_storage.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#define ARRAYS 32u
#define ELEMENTS 128u
#define WRITES 16u
#define OPERANDS 16u
#define CHOICES 32u
#define PROCESSOR 4096u
#define HANDLERS 512u
#define FIXED 256u

static const struct handlers_isa *isa;
static const struct emitted_isa *emitted;

static const struct handler *find(const char *form, const char *mode) {
    static const struct handler *last;
    if (last != NULL && strcmp(last->text, form) == 0 && strcmp(last->mode, mode) == 0) {
        return last;
    }
    for (size_t i = 0; i < isa->handler_count; i++) {
        if (strcmp(isa->handlers[i].text, form) == 0 && strcmp(isa->handlers[i].mode, mode) == 0) {
            last = &isa->handlers[i];
            return last;
        }
    }
    return NULL;
}

/* The arrays of the virtual processor are parts of those of the machine. */
static void show_arrays(const struct popek_call *call, struct handled_array *arrays) {
    static uint64_t index[ARRAYS][ELEMENTS];
    static uint64_t value[ARRAYS][ELEMENTS];
    for (size_t i = 0; i < isa->array_count && i < ARRAYS; i++) {
        const struct handler_array *a = &isa->arrays[i];
        arrays[i] = handled_part(a, &emitted->components[a->component], &call->arrays[a->component], index[i], value[i], ELEMENTS);
    }
}

static void write_arrays(const struct popek_call *call, const struct handler *h, const struct handled_write *writes) {
    for (size_t i = 0; i < h->write_count && i < WRITES; i++) {
        const struct handler_array *a = &isa->arrays[h->write_arrays[i]];
        word128 part = (word128)UINT64_MAX << a->low;
        if (writes[i].guard == 1) {
            word128 old = call->get(call->host, a->component, writes[i].index);
            call->set(call->host, a->component, writes[i].index, (old & ~part) | ((word128)writes[i].value << a->low));
        }
    }
}

static struct popek_outcome handle(struct popek_call *call) {
    static _Alignas(16) unsigned char processor[PROCESSOR];
    const struct handler *h = find(call->form, call->mode);
    struct handled_array arrays[ARRAYS];
    struct handled_write writes[WRITES];
    word128 operands[OPERANDS];
    word128 choices[CHOICES];
    uint64_t argument = 0;
    if (h == NULL || h->write_count > WRITES || h->choice_count > CHOICES || call->operand_count > OPERANDS) {
        return (struct popek_outcome){POPEK_UNHANDLED, 0, 0};
    }
    for (size_t i = 0; i < call->operand_count; i++) {
        operands[i] = call->operands[i].value;
    }
    for (size_t i = 0; i < h->choice_count; i++) { /* what is undefined may be anything */
        choices[i] = strcmp(h->choices[i], "length") == 0 ? call->length : 0;
    }
    show_arrays(call, arrays);
    isa->load(processor, call->state);
    uint32_t code = h->call(processor, arrays, operands, choices, writes, &argument);
    if (code == HANDLER_REFUSED) {
        return (struct popek_outcome){POPEK_UNHANDLED, 0, 0};
    }
    if (code != 0) {
        return (struct popek_outcome){POPEK_FAULT, code - 2, argument};
    }
    isa->store(call->state, processor);
    write_arrays(call, h, writes);
    for (size_t i = 0; i < call->operand_count; i++) {
        call->operands[i].value = operands[i];
    }
    return (struct popek_outcome){POPEK_DONE, 0, 0};
}

static bool has_handlers(unsigned mode) {
    bool has = false;
    for (size_t i = 0; i < isa->handler_count; i++) {
        has = has || isa->handlers[i].mode_number == mode;
    }
    return has;
}

/* Whether the component has this value in every mode with handlers. What differs between them follows from the mode. */
static bool is_fixed_alike(const struct handler_fixed *f) {
    for (size_t i = 0; i < isa->handler_count; i++) {
        bool alike = false;
        for (size_t k = 0; k < isa->fixed_count; k++) {
            const struct handler_fixed *other = &isa->fixed[k];
            alike = alike || (other->mode == isa->handlers[i].mode_number && other->component == f->component && other->value == f->value);
        }
        if (!alike) {
            return false;
        }
    }
    return true;
}

static size_t declare_fixed(struct popek_declaration *declarations) {
    size_t count = 0;
    for (size_t i = 0; i < isa->fixed_count && count < FIXED; i++) {
        const struct handler_fixed *f = &isa->fixed[i];
        bool known = !has_handlers(f->mode) || !is_fixed_alike(f);
        for (size_t k = 0; k < count; k++) {
            known = known || strcmp(declarations[k].what, emitted->components[f->component].name) == 0;
        }
        if (!known) {
            declarations[count++] =
                (struct popek_declaration){POPEK_FIXES, emitted->components[f->component].name, f->value, "as the profile virtual_processor has it"};
        }
    }
    return count;
}

const struct popek_plugin *virtual_plugin(const struct handlers_isa *handlers, const struct emitted_isa *table, void *object) {
    static struct popek_handler list[HANDLERS];
    static struct popek_declaration declarations[FIXED];
    static struct popek_plugin plugin;
    isa = handlers;
    emitted = table;
    plugin = (struct popek_plugin){.version = POPEK_HANDLER_VERSION,
                                   .state_size = (uint32_t)table->state_size,
                                   .name = "handlers of the virtual processor",
                                   .handlers = list,
                                   .declarations = declarations};
    if (isa->processor_size > PROCESSOR || isa->array_count > ARRAYS || isa->handler_count > HANDLERS) {
        return NULL;
    }
    for (size_t i = 0; i < isa->handler_count; i++) {
        const struct handler *h = &isa->handlers[i];
        if (dlsym(object, h->name) != NULL) {
            list[plugin.handler_count++] = (struct popek_handler){h->text, h->mode, handle};
        }
    }
    plugin.declaration_count = declare_fixed(declarations);
    return &plugin;
}
