/* What the tests need that `popek check` writes: they call one handler with one state, without popek. Link them with the plug-in's objects. */
#ifndef POPEK_HANDLER_TEST_H
#define POPEK_HANDLER_TEST_H

#include "handler.h"

#include <string.h>

struct popek_test_element {
    uint32_t array;
    uint64_t index;
    word128 value;
};
struct popek_test_memory {
    uint64_t address;
    uint32_t size;
    uint8_t bytes[16];
};
struct popek_test_byte {
    uint64_t address;
    uint8_t value;
};
#define POPEK_TEST_WRITES 64u
#define POPEK_TEST_BYTES 512u
struct popek_test {
    struct x86 *state;
    uint32_t length;
    struct popek_operand *operands;
    size_t operand_count;
    const struct popek_test_element *elements;
    size_t element_count;
    const uint8_t *bytes; /* of the instruction, for a whole emulator */
    const struct popek_test_memory *memory;
    size_t memory_count;
    struct popek_test_element written[POPEK_TEST_WRITES];
    size_t written_count;
    struct popek_test_byte stored[POPEK_TEST_BYTES];
    size_t stored_count;
};
struct popek_host {
    struct popek_test *test;
};

static inline word128 popek_test_get(struct popek_host *h, uint32_t array, uint64_t index) {
    const struct popek_test *t = h->test;
    for (size_t i = t->written_count; i-- > 0;) {
        if (t->written[i].array == array && t->written[i].index == index) {
            return t->written[i].value;
        }
    }
    for (size_t i = 0; i < t->element_count; i++) {
        if (t->elements[i].array == array && t->elements[i].index == index) {
            return t->elements[i].value;
        }
    }
    return 0;
}
static inline void popek_test_set(struct popek_host *h, uint32_t array, uint64_t index, word128 value) {
    struct popek_test *t = h->test;
    if (t->written_count < POPEK_TEST_WRITES) {
        t->written[t->written_count++] = (struct popek_test_element){array, index, value};
    }
}
static inline uint8_t popek_test_load(const struct popek_test *t, uint64_t address) {
    for (size_t i = t->stored_count; i-- > 0;) {
        if (t->stored[i].address == address) {
            return t->stored[i].value;
        }
    }
    for (size_t i = 0; i < t->memory_count; i++) {
        if (address - t->memory[i].address < t->memory[i].size) {
            return t->memory[i].bytes[address - t->memory[i].address];
        }
    }
    uint64_t code = (t->state->lma && t->state->cs_l ? 0 : t->state->cs_base) + t->state->rip;
    return t->bytes != NULL && address - code < t->length ? t->bytes[address - code] : 0;
}
static inline void popek_test_read(struct popek_host *h, uint64_t address, void *to, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        ((uint8_t *)to)[i] = popek_test_load(h->test, address + i);
    }
}
static inline void popek_test_write(struct popek_host *h, uint64_t address, const void *from, uint32_t size) {
    struct popek_test *t = h->test;
    for (uint32_t i = 0; i < size && t->stored_count < POPEK_TEST_BYTES; i++) {
        t->stored[t->stored_count++] = (struct popek_test_byte){address + i, ((const uint8_t *)from)[i]};
    }
}
static inline uint32_t popek_test_in(struct popek_host *h, uint16_t port, uint32_t size) {
    return (uint32_t)popek_test_get(h, x86_ARRAY_device, port) & (uint32_t)(size >= 4 ? UINT32_MAX : (1u << 8 * size) - 1);
}
static inline void popek_test_out(struct popek_host *h, uint16_t port, uint32_t size, uint32_t value) {
    popek_test_set(h, x86_ARRAY_device, port, value & (size >= 4 ? UINT32_MAX : (1u << 8 * size) - 1));
}

/* The first handler for the form, the instruction or all of them; with bytes the emulator. */
static inline struct popek_outcome popek_test_call(struct popek_test *t, const char *instruction, const char *form, const char *mode) {
    const struct popek_plugin *p = popek_plugin();
    struct popek_host host = {t};
    struct popek_call call = {.state = t->state,
                              .instruction = instruction,
                              .form = form,
                              .mode = mode,
                              .length = t->length,
                              .operand_count = (uint32_t)t->operand_count,
                              .operands = t->operands,
                              .host = &host,
                              .get = popek_test_get,
                              .set = popek_test_set,
                              .read = popek_test_read,
                              .write = popek_test_write,
                              .in = popek_test_in,
                              .out = popek_test_out};
    static uint8_t vectors[32][64];
    static uint64_t masks[8];
    if (t->bytes != NULL && p->emulate != NULL) {
        call.bytes = t->bytes;
        call.vectors = vectors;
        call.masks = masks;
        return p->emulate(&call);
    }
    for (size_t i = 0; i < p->handler_count; i++) {
        const struct popek_handler *h = &p->handlers[i];
        int fits = strcmp(h->form, "*") == 0 || strcmp(h->form, instruction) == 0 || strcmp(h->form, form) == 0;
        if (fits && (h->modes == NULL || strstr(h->modes, mode) != NULL)) {
            return h->handle(&call);
        }
    }
    return (struct popek_outcome){POPEK_UNHANDLED, 0, 0};
}

#endif
