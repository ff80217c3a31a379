/* Texts that stand once: a hash table with open addressing over an array. */
#include "html.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct text_table {
    char **texts;
    size_t count, capacity;
    size_t *slots; /* number + 1, 0: empty; a power of two of them, at least twice the capacity */
    size_t slot_count;
    bool failed;
};

static size_t hash_of(const char *text) {
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    for (; *text != '\0'; text++) {
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    }
    return (size_t)(h ^ h >> 32);
}

static size_t *slot_of(const struct text_table *t, const char *text) {
    size_t at = hash_of(text) & (t->slot_count - 1);
    while (t->slots[at] != 0 && strcmp(t->texts[t->slots[at] - 1], text) != 0) {
        at = (at + 1) & (t->slot_count - 1);
    }
    return &t->slots[at];
}

static bool grow(struct text_table *t) {
    size_t capacity = t->capacity == 0 ? 512 : t->capacity * 2;
    char **texts = realloc(t->texts, capacity * sizeof *texts);
    if (texts == NULL) {
        return false;
    }
    t->texts = texts;
    size_t *slots = calloc(capacity * 2, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(t->slots);
    t->slots = slots;
    t->slot_count = capacity * 2;
    t->capacity = capacity;
    for (size_t i = 0; i < t->count; i++) {
        *slot_of(t, t->texts[i]) = i + 1;
    }
    return true;
}

struct text_table *text_table_new(void) {
    struct text_table *t = calloc(1, sizeof *t);
    if (t != NULL && !grow(t)) {
        text_table_free(t);
        return NULL;
    }
    return t;
}

void text_table_free(struct text_table *t) {
    for (size_t i = 0; t != NULL && i < t->count; i++) {
        free(t->texts[i]);
    }
    if (t != NULL) {
        free(t->texts);
        free(t->slots);
        free(t);
    }
}

size_t text_table_number(struct text_table *t, const char *text) {
    size_t *slot = slot_of(t, text);
    if (*slot != 0) {
        return *slot - 1;
    }
    if (t->count == t->capacity) {
        if (t->failed || !grow(t)) {
            t->failed = true;
            return 0;
        }
        slot = slot_of(t, text);
    }
    char *copy = strdup(text);
    if (copy == NULL) {
        t->failed = true;
        return 0;
    }
    t->texts[t->count++] = copy;
    *slot = t->count;
    return t->count - 1;
}

bool text_table_failed(const struct text_table *t) { return t->failed; }
size_t text_table_count(const struct text_table *t) { return t->count; }
const char *text_table_at(const struct text_table *t, size_t number) { return t->texts[number]; }
