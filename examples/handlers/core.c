/* The proven handlers of the x86 core (vmm-model/x86, docs/core.md) as a plug-in of the first shape. They work on the virtual processor: what the
 * table of `popek emit x86 --for handlers --table` says of them is all that this adapter knows. */
#include <popek/handler.h>

#include "emitted_handlers.h"

#include <stdbool.h>
#include <string.h>

#define ARRAYS 32u
#define ELEMENTS 128u
#define WRITES 16u
#define OPERANDS 16u
#define CHOICES 32u
#define PROCESSOR 2048u
#define HANDLERS 512u
#define FIXED 256u

extern const struct emitted_isa x86_emitted;
extern const struct handlers_isa x86_handlers;

/* What the description leaves open has to be some function of its arguments. */
word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count);
word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count) {
    word128 sum = number;
    for (unsigned i = 0; i < count; i++) {
        sum = sum * 31 + arguments[i];
    }
    return sum;
}

static const struct handler *find(const char *form, const char *mode) {
    static const struct handler *last;
    if (last != NULL && strcmp(last->text, form) == 0 && strcmp(last->mode, mode) == 0) {
        return last;
    }
    for (size_t i = 0; i < x86_handlers.handler_count; i++) {
        if (strcmp(x86_handlers.handlers[i].text, form) == 0 && strcmp(x86_handlers.handlers[i].mode, mode) == 0) {
            last = &x86_handlers.handlers[i];
            return last;
        }
    }
    return NULL;
}

static size_t bytes_of(unsigned width) { return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : width <= 64 ? 8 : 16; }

/* Little-endian, as x86. */
static word128 element(const void *list, uint32_t number, unsigned width) {
    word128 value = 0;
    memcpy(&value, (const unsigned char *)list + number * bytes_of(width), bytes_of(width));
    return value;
}

/* The arrays of the virtual processor are parts of those of the machine. */
static void show_arrays(const struct popek_call *call, struct handled_array *arrays) {
    static uint64_t index[ARRAYS][ELEMENTS];
    static uint64_t value[ARRAYS][ELEMENTS];
    for (size_t i = 0; i < x86_handlers.array_count && i < ARRAYS; i++) {
        const struct handler_array *a = &x86_handlers.arrays[i];
        const struct emitted_component *c = &x86_emitted.components[a->component];
        const struct emitted_array *from = &call->arrays[a->component];
        uint32_t count = from->count < ELEMENTS ? from->count : ELEMENTS;
        for (uint32_t k = 0; k < count; k++) {
            index[i][k] = (uint64_t)element(from->index, k, c->index_width);
            value[i][k] = (uint64_t)(element(from->value, k, c->width) >> a->low);
        }
        arrays[i] = (struct handled_array){count, index[i], value[i]};
    }
}

static void write_arrays(const struct popek_call *call, const struct handler *h, const struct handled_write *writes) {
    for (size_t i = 0; i < h->write_count && i < WRITES; i++) {
        const struct handler_array *a = &x86_handlers.arrays[h->write_arrays[i]];
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
    if (h == NULL || x86_handlers.processor_size > PROCESSOR || h->write_count > WRITES || h->choice_count > CHOICES ||
        call->operand_count > OPERANDS) {
        return (struct popek_outcome){POPEK_UNHANDLED, 0, 0};
    }
    for (size_t i = 0; i < call->operand_count; i++) {
        operands[i] = call->operands[i].value;
    }
    for (size_t i = 0; i < h->choice_count; i++) { /* what is undefined may be anything */
        choices[i] = strcmp(h->choices[i], "length") == 0 ? call->length : 0;
    }
    show_arrays(call, arrays);
    x86_handlers.load(processor, call->state);
    uint32_t code = h->call(processor, arrays, operands, choices, writes, &argument);
    if (code != 0) {
        return (struct popek_outcome){POPEK_FAULT, code - 2, argument};
    }
    x86_handlers.store(call->state, processor);
    write_arrays(call, h, writes);
    for (size_t i = 0; i < call->operand_count; i++) {
        call->operands[i].value = operands[i];
    }
    return (struct popek_outcome){POPEK_DONE, 0, 0};
}

static bool has_handlers(unsigned mode) {
    bool has = false;
    for (size_t i = 0; i < x86_handlers.handler_count; i++) {
        has = has || x86_handlers.handlers[i].mode_number == mode;
    }
    return has;
}

/* Whether the component has this value in every mode with handlers. What differs between them follows from the mode. */
static bool is_fixed_alike(const struct handler_fixed *f) {
    for (size_t i = 0; i < x86_handlers.handler_count; i++) {
        bool alike = false;
        for (size_t k = 0; k < x86_handlers.fixed_count; k++) {
            const struct handler_fixed *other = &x86_handlers.fixed[k];
            alike = alike || (other->mode == x86_handlers.handlers[i].mode_number && other->component == f->component && other->value == f->value);
        }
        if (!alike) {
            return false;
        }
    }
    return true;
}

static size_t declare_fixed(struct popek_declaration *declarations) {
    size_t count = 0;
    for (size_t i = 0; i < x86_handlers.fixed_count && count < FIXED; i++) {
        const struct handler_fixed *f = &x86_handlers.fixed[i];
        bool known = !has_handlers(f->mode) || !is_fixed_alike(f);
        for (size_t k = 0; k < count; k++) {
            known = known || strcmp(declarations[k].what, x86_emitted.components[f->component].name) == 0;
        }
        if (!known) {
            declarations[count++] = (struct popek_declaration){POPEK_FIXES, x86_emitted.components[f->component].name, f->value,
                                                               "as the profile virtual_processor has it"};
        }
    }
    return count;
}

const struct popek_plugin *popek_plugin(void) {
    static struct popek_handler handlers[HANDLERS];
    static struct popek_declaration declarations[FIXED];
    static struct popek_plugin plugin = {.version = POPEK_HANDLER_VERSION,
                                         .state_size = sizeof(struct x86),
                                         .name = "the proven handlers of the x86 core",
                                         .handlers = handlers,
                                         .declarations = declarations};
    for (plugin.handler_count = 0; plugin.handler_count < x86_handlers.handler_count && plugin.handler_count < HANDLERS; plugin.handler_count++) {
        const struct handler *h = &x86_handlers.handlers[plugin.handler_count];
        handlers[plugin.handler_count] = (struct popek_handler){h->text, h->mode, handle};
    }
    plugin.declaration_count = declare_fixed(declarations);
    return &plugin;
}
