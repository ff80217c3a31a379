/* Values of symbols and of array elements: a hash table that remembers the order of setting. */
#include "evaluate.h"

#include <stdlib.h>
#include <string.h>

struct valuation {
    struct valuation_entry *entries;
    size_t count, capacity;
    uint32_t *table; /* entry numbers + 1 */
    size_t table_size;
};

struct valuation *valuation_new(void) {
    return calloc(1, sizeof(struct valuation));
}

void valuation_free(struct valuation *v) {
    if (v == NULL) {
        return;
    }
    for (size_t i = 0; i < v->count; i++) {
        free((void *)(uintptr_t)v->entries[i].arguments);
    }
    free(v->entries);
    free(v->table);
    free(v);
}

static size_t hash(symbol s, const word128 *arguments, unsigned argument_count) {
    uint64_t h = s * 0x9E3779B97F4A7C15u;
    for (unsigned i = 0; i < argument_count; i++) {
        h = (h ^ (uint64_t)arguments[i] ^ (uint64_t)(arguments[i] >> 64)) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return (size_t)(h ^ (h >> 32));
}

static bool matches(const struct valuation_entry *e, symbol s, const word128 *arguments, unsigned argument_count) {
    if (e->symbol != s || e->argument_count != argument_count) {
        return false;
    }
    for (unsigned i = 0; i < argument_count; i++) {
        if (e->arguments[i] != arguments[i]) {
            return false;
        }
    }
    return true;
}

static size_t find(const struct valuation *v, symbol s, const word128 *arguments, unsigned argument_count) {
    size_t at = hash(s, arguments, argument_count) & (v->table_size - 1);
    while (v->table[at] != 0 && !matches(&v->entries[v->table[at] - 1], s, arguments, argument_count)) {
        at = (at + 1) & (v->table_size - 1);
    }
    return at;
}

static bool grow(struct valuation *v) {
    size_t capacity = v->capacity == 0 ? 32 : v->capacity * 2;
    struct valuation_entry *entries = realloc(v->entries, capacity * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    v->entries = entries;
    v->capacity = capacity;
    uint32_t *table = calloc(capacity * 2, sizeof *table);
    if (table == NULL) {
        return false;
    }
    free(v->table);
    v->table = table;
    v->table_size = capacity * 2;
    for (size_t i = 0; i < v->count; i++) {
        table[find(v, entries[i].symbol, entries[i].arguments, entries[i].argument_count)] = (uint32_t)i + 1;
    }
    return true;
}

bool valuation_set(struct valuation *v, symbol s, const word128 *arguments, unsigned argument_count, word128 value) {
    if (v->count == v->capacity && !grow(v)) {
        return false;
    }
    size_t at = find(v, s, arguments, argument_count);
    if (v->table[at] == 0) {
        word128 *copy = argument_count == 0 ? NULL : malloc(argument_count * sizeof *copy);
        if (argument_count > 0) {
            if (copy == NULL) {
                return false;
            }
            memcpy(copy, arguments, argument_count * sizeof *copy);
        }
        v->entries[v->count++] = (struct valuation_entry){s, argument_count, copy, 0};
        v->table[at] = (uint32_t)v->count;
    }
    v->entries[v->table[at] - 1].value = value;
    return true;
}

word128 valuation_get(const struct valuation *v, symbol s, const word128 *arguments, unsigned argument_count) {
    if (v->table_size == 0) {
        return 0;
    }
    size_t at = find(v, s, arguments, argument_count);
    return v->table[at] == 0 ? 0 : v->entries[v->table[at] - 1].value;
}

bool valuation_has(const struct valuation *v, symbol s) { return v->table_size != 0 && v->table[find(v, s, NULL, 0)] != 0; }

size_t valuation_size(const struct valuation *v) { return v->count; }

const struct valuation_entry *valuation_entries(const struct valuation *v) { return v->entries; }
