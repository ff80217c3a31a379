/* The pool: storage, hash-consing and symbols of terms. */
#include "term_pool.h"

#include "term_cone.h"

#include <stdlib.h>
#include <string.h>

#define MAXIMUM_TERMS 4000000u /* a description that needs more is refused rather than left to fill the machine */

struct term_pool *term_pool_new(void) {
    struct term_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) {
        return NULL;
    }
    /* Term 0 is `false`, so that a failed pool has something to return. */
    (void)term_constant(pool, 1, 0);
    if (pool->failed) {
        term_pool_free(pool);
        return NULL;
    }
    return pool;
}

void term_pool_free(struct term_pool *pool) {
    if (pool == NULL) {
        return;
    }
    for (size_t i = 0; i < pool->symbol_count; i++) {
        free(pool->symbols[i].name);
        free(pool->symbols[i].argument_widths);
    }
    free(pool->symbols);
    free(pool->symbol_table);
    free(pool->nodes);
    free(pool->constants);
    free(pool->lists);
    free(pool->table);
    cone_free(pool->scratch);
    free(pool);
}

void term_pool_ask(struct term_pool *pool, size_t terms) { pool->questions = terms; }

bool term_pool_failed(const struct term_pool *pool) { return pool->failed; }

size_t term_pool_size(const struct term_pool *pool) { return pool->node_count; }

bool term_pool_reserve(struct term_pool *pool, void **array, size_t *capacity, size_t count, size_t more, size_t size) {
    if (count + more <= *capacity) {
        return true;
    }
    size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
    while (wanted < count + more) {
        wanted *= 2;
    }
    void *larger = wanted > SIZE_MAX / size ? NULL : realloc(*array, wanted * size);
    if (larger == NULL) {
        pool->failed = true;
        return false;
    }
    *array = larger;
    *capacity = wanted;
    return true;
}

static uint32_t mix(uint32_t hash, uint32_t value) {
    hash ^= value;
    hash *= 0x9E3779B1u;
    return hash ^ (hash >> 15);
}

static uint32_t hash_node(const struct term_pool *pool, const struct term_node *node) {
    uint32_t hash = mix(mix(mix(7, node->operation), node->width), node->low);
    if (node->operation == TERM_CONSTANT) {
        word128 value = pool->constants[node->arguments[0]];
        for (unsigned i = 0; i < 4; i++) {
            hash = mix(hash, (uint32_t)(value >> (32 * i)));
        }
        return hash;
    }
    if (node->operation == TERM_APPLY) {
        hash = mix(mix(hash, node->arguments[0]), node->arguments[2]);
        for (uint32_t i = 0; i < node->arguments[2]; i++) {
            hash = mix(hash, pool->lists[node->arguments[1] + i]);
        }
        return hash;
    }
    return mix(mix(mix(hash, node->arguments[0]), node->arguments[1]), node->arguments[2]);
}

static bool same_node(const struct term_pool *pool, const struct term_node *a, const struct term_node *b) {
    if (a->hash != b->hash || a->operation != b->operation || a->width != b->width || a->low != b->low) {
        return false;
    }
    if (a->operation == TERM_CONSTANT) {
        return pool->constants[a->arguments[0]] == pool->constants[b->arguments[0]];
    }
    if (a->operation == TERM_APPLY) {
        return a->arguments[0] == b->arguments[0] && a->arguments[2] == b->arguments[2] &&
               (a->arguments[2] == 0 || memcmp(pool->lists + a->arguments[1], pool->lists + b->arguments[1], a->arguments[2] * sizeof(term)) == 0);
    }
    return memcmp(a->arguments, b->arguments, sizeof a->arguments) == 0;
}

static bool grow_table(struct term_pool *pool) {
    size_t size = pool->table_size == 0 ? 1024 : pool->table_size * 2;
    uint32_t *table = calloc(size, sizeof *table);
    if (table == NULL) {
        pool->failed = true;
        return false;
    }
    for (size_t i = 0; i < pool->node_count; i++) {
        size_t at = pool->nodes[i].hash & (size - 1);
        while (table[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        table[at] = (uint32_t)i + 1;
    }
    free(pool->table);
    pool->table = table;
    pool->table_size = size;
    return true;
}

/* Finds or adds `node`, whose constant or argument list lies at the end of its array; `*fresh` tells whether that end is now used. */
static term intern_node(struct term_pool *pool, struct term_node node, bool *fresh) {
    *fresh = false;
    if (pool->failed) {
        return 0;
    }
    if ((pool->node_count + 1) * 2 > pool->table_size && !grow_table(pool)) {
        return 0;
    }
    node.hash = hash_node(pool, &node);
    size_t at = node.hash & (pool->table_size - 1);
    for (; pool->table[at] != 0; at = (at + 1) & (pool->table_size - 1)) {
        if (same_node(pool, &pool->nodes[pool->table[at] - 1], &node)) {
            return pool->table[at] - 1;
        }
    }
    if (pool->node_count >= MAXIMUM_TERMS + pool->questions) {
        pool->failed = true;
        return 0;
    }
    if (!term_pool_reserve(pool, (void **)&pool->nodes, &pool->node_capacity, pool->node_count, 1, sizeof *pool->nodes)) {
        return 0;
    }
    pool->nodes[pool->node_count++] = node;
    pool->table[at] = (uint32_t)pool->node_count;
    *fresh = true;
    return (term)(pool->node_count - 1);
}

term term_intern(struct term_pool *pool, enum term_operator operation, unsigned width, unsigned low, term a, term b, term c) {
    bool fresh = false;
    struct term_node node = {(uint8_t)operation, (uint8_t)width, (uint8_t)low, 0, {a, b, c}};
    return intern_node(pool, node, &fresh);
}

term term_constant(struct term_pool *pool, unsigned width, word128 value) {
    bool fresh = false;
    if (width == 1 && pool->truth_known[(size_t)(value & 1)]) {
        return pool->truth[(size_t)(value & 1)];
    }
    if (!term_pool_reserve(pool, (void **)&pool->constants, &pool->constant_capacity, pool->constant_count, 1, sizeof *pool->constants)) {
        return 0;
    }
    pool->constants[pool->constant_count] = value & term_mask(width);
    struct term_node node = {TERM_CONSTANT, (uint8_t)width, 0, 0, {(uint32_t)pool->constant_count, 0, 0}};
    term result = intern_node(pool, node, &fresh);
    pool->constant_count += fresh ? 1 : 0;
    if (width == 1 && !pool->failed) {
        pool->truth[(size_t)(value & 1)] = result;
        pool->truth_known[(size_t)(value & 1)] = true;
    }
    return result;
}

term term_apply(struct term_pool *pool, symbol s, const term *arguments, unsigned argument_count) {
    bool fresh = false;
    if (pool->failed || !term_pool_reserve(pool, (void **)&pool->lists, &pool->list_capacity, pool->list_count, argument_count + 1u, sizeof(term))) {
        return 0;
    }
    for (unsigned i = 0; i < argument_count; i++) {
        pool->lists[pool->list_count + i] = arguments[i];
    }
    struct term_node node = {TERM_APPLY, (uint8_t)pool->symbols[s].width, 0, 0, {s, (uint32_t)pool->list_count, argument_count}};
    term result = intern_node(pool, node, &fresh);
    pool->list_count += fresh ? argument_count : 0;
    return result;
}

static uint32_t hash_name(const char *name) {
    uint32_t hash = 2166136261u;
    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    }
    return hash;
}

static bool grow_symbols(struct term_pool *pool) {
    size_t size = pool->symbol_table_size == 0 ? 256 : pool->symbol_table_size * 2;
    uint32_t *table = calloc(size, sizeof *table);
    if (table == NULL) {
        pool->failed = true;
        return false;
    }
    for (size_t i = 0; i < pool->symbol_count; i++) {
        size_t at = hash_name(pool->symbols[i].name) & (size - 1);
        while (table[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        table[at] = (uint32_t)i + 1;
    }
    free(pool->symbol_table);
    pool->symbol_table = table;
    pool->symbol_table_size = size;
    return true;
}

symbol term_symbol(struct term_pool *pool, const char *name, unsigned width, const unsigned *argument_widths, unsigned argument_count) {
    if ((pool->symbol_count + 1) * 2 > pool->symbol_table_size && !grow_symbols(pool)) {
        return 0;
    }
    size_t at = hash_name(name) & (pool->symbol_table_size - 1);
    for (; pool->symbol_table[at] != 0; at = (at + 1) & (pool->symbol_table_size - 1)) {
        if (strcmp(pool->symbols[pool->symbol_table[at] - 1].name, name) == 0) {
            return pool->symbol_table[at] - 1;
        }
    }
    if (!term_pool_reserve(pool, (void **)&pool->symbols, &pool->symbol_capacity, pool->symbol_count, 1, sizeof *pool->symbols)) {
        return 0;
    }
    char *copy = strdup(name);
    unsigned *widths = malloc((argument_count + 1u) * sizeof *widths);
    if (copy == NULL || widths == NULL) {
        free(copy);
        free(widths);
        pool->failed = true;
        return 0;
    }
    for (unsigned i = 0; i < argument_count; i++) {
        widths[i] = argument_widths[i];
    }
    pool->symbols[pool->symbol_count] = (struct term_symbol_entry){copy, width, argument_count, widths};
    pool->symbol_table[at] = (uint32_t)++pool->symbol_count;
    return (symbol)(pool->symbol_count - 1);
}

size_t term_symbol_count(const struct term_pool *pool) { return pool->symbol_count; }

const char *term_symbol_name(const struct term_pool *pool, symbol s) { return pool->symbols[s].name; }

unsigned term_symbol_width(const struct term_pool *pool, symbol s) { return pool->symbols[s].width; }

unsigned term_symbol_argument_count(const struct term_pool *pool, symbol s) { return pool->symbols[s].argument_count; }

const unsigned *term_symbol_argument_widths(const struct term_pool *pool, symbol s) { return pool->symbols[s].argument_widths; }

static unsigned argument_count_of(const struct term_node *node) {
    switch ((enum term_operator)node->operation) {
    case TERM_CONSTANT:
        return 0;
    case TERM_APPLY:
        return node->arguments[2];
    case TERM_NOT:
    case TERM_EXTRACT:
        return 1;
    case TERM_IF:
        return 3;
    default:
        return 2;
    }
}

struct term_view term_look(const struct term_pool *pool, term t) {
    const struct term_node *node = &pool->nodes[t];
    struct term_view view = {(enum term_operator)node->operation, node->width, argument_count_of(node), node->arguments, 0, 0, node->low};
    if (node->operation == TERM_APPLY) {
        view.symbol = node->arguments[0];
        view.arguments = pool->lists + node->arguments[1];
    } else if (node->operation == TERM_CONSTANT) {
        view.constant = pool->constants[node->arguments[0]];
    }
    return view;
}

unsigned term_width(const struct term_pool *pool, term t) { return pool->nodes[t].width; }

bool term_is_constant(const struct term_pool *pool, term t, word128 *value) {
    if (pool->nodes[t].operation != TERM_CONSTANT) {
        return false;
    }
    if (value != NULL) {
        *value = pool->constants[pool->nodes[t].arguments[0]];
    }
    return true;
}

void term_mark(const struct term_pool *pool, term root, unsigned char *marks) {
    marks[root] = 1;
    for (size_t t = (size_t)root + 1; t-- > 0;) {
        if (marks[t] == 0) {
            continue;
        }
        struct term_view view = term_look(pool, (term)t);
        for (unsigned i = 0; i < view.argument_count; i++) {
            marks[view.arguments[i]] = 1;
        }
    }
}
