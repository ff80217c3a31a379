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
#define POPEK_TEST_WRITES 64u
struct popek_test {
    struct x86 *state;
    uint32_t length;
    struct popek_operand *operands;
    size_t operand_count;
    const struct popek_test_element *elements;
    size_t element_count;
    struct popek_test_element written[POPEK_TEST_WRITES];
    size_t written_count;
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
static inline void popek_test_read(struct popek_host *h, uint64_t address, void *to, uint32_t size) {
    (void)h;
    (void)address;
    memset(to, 0, size);
}
static inline void popek_test_write(struct popek_host *h, uint64_t address, const void *from, uint32_t size) {
    (void)h;
    (void)address;
    (void)from;
    (void)size;
}
static inline uint32_t popek_test_in(struct popek_host *h, uint16_t port, uint32_t size) {
    return (uint32_t)popek_test_get(h, x86_ARRAY_device, port) & (uint32_t)(size >= 4 ? UINT32_MAX : (1u << 8 * size) - 1);
}
static inline void popek_test_out(struct popek_host *h, uint16_t port, uint32_t size, uint32_t value) {
    popek_test_set(h, x86_ARRAY_device, port, value & (size >= 4 ? UINT32_MAX : (1u << 8 * size) - 1));
}

/* The first handler for the form, the instruction or all of them. */
static inline struct popek_outcome popek_test_call(struct popek_test *t, const char *instruction, const char *form, const char *mode) {
    const struct popek_plugin *p = popek_plugin();
    struct popek_host host = {t};
    struct popek_call call = {.state = t->state, .instruction = instruction, .form = form, .mode = mode, .length = t->length,
                              .operand_count = (uint32_t)t->operand_count, .operands = t->operands, .host = &host, .get = popek_test_get,
                              .set = popek_test_set, .read = popek_test_read, .write = popek_test_write, .in = popek_test_in, .out = popek_test_out};
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
