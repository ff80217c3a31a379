/* Replaces symbols in terms: renames applications, or puts a term in the place of a variable. */
#include "term_pool.h"

#include <stdlib.h>
#include <string.h>

enum replacement { KEEP, RENAME, REPLACE };

struct pair {
    term from, to;
};

struct substitution {
    struct term_pool *pool;
    unsigned char *kinds; /* by symbol */
    uint32_t *targets;
    size_t symbol_capacity;
    struct pair *memory; /* terms that have been replaced */
    size_t memory_size, memory_count;
    term *stack;
    size_t stack_size, stack_capacity;
};

struct substitution *substitution_new(struct term_pool *pool) {
    struct substitution *s = calloc(1, sizeof *s);
    if (s != NULL) {
        s->pool = pool;
    }
    return s;
}

void substitution_free(struct substitution *s) {
    if (s == NULL) {
        return;
    }
    free(s->kinds);
    free(s->targets);
    free(s->memory);
    free(s->stack);
    free(s);
}

/* The memory is a hash table: most substitutions see little of a large pool. */
static size_t slot_of(const struct substitution *s, term t) {
    size_t at = (size_t)(t * 2654435761u) & (s->memory_size - 1);
    while (s->memory[at].from != TERM_NONE && s->memory[at].from != t) {
        at = (at + 1) & (s->memory_size - 1);
    }
    return at;
}

static term recall(const struct substitution *s, term t) { return s->memory_size == 0 ? TERM_NONE : s->memory[slot_of(s, t)].to; }

static bool remember(struct substitution *s, term from, term to) {
    if (2 * (s->memory_count + 1) > s->memory_size) {
        struct pair *old = s->memory;
        size_t old_size = s->memory_size;
        size_t size = old_size == 0 ? 64 : 2 * old_size;
        struct pair *memory = malloc(size * sizeof *memory);
        if (memory == NULL) {
            s->pool->failed = true;
            return false;
        }
        memset(memory, 0xff, size * sizeof *memory); /* TERM_NONE everywhere */
        s->memory = memory;
        s->memory_size = size;
        for (size_t i = 0; i < old_size; i++) {
            if (old[i].from != TERM_NONE) {
                memory[slot_of(s, old[i].from)] = old[i];
            }
        }
        free(old);
    }
    s->memory[slot_of(s, from)] = (struct pair){from, to};
    s->memory_count++;
    return true;
}

static void set(struct substitution *s, symbol from, enum replacement kind, uint32_t target) {
    if (from >= s->symbol_capacity) {
        size_t wanted = (size_t)from + 64;
        unsigned char *kinds = realloc(s->kinds, wanted);
        if (kinds != NULL) {
            s->kinds = kinds;
        }
        uint32_t *targets = realloc(s->targets, wanted * sizeof *targets);
        if (targets != NULL) {
            s->targets = targets;
        }
        if (kinds == NULL || targets == NULL) {
            s->pool->failed = true;
            return;
        }
        memset(kinds + s->symbol_capacity, KEEP, wanted - s->symbol_capacity);
        s->symbol_capacity = wanted;
    }
    s->kinds[from] = (unsigned char)kind;
    s->targets[from] = target;
}

void substitution_rename(struct substitution *s, symbol from, symbol to) { set(s, from, RENAME, to); }

void substitution_replace(struct substitution *s, symbol from, term to) { set(s, from, REPLACE, to); }

void substitution_put(struct substitution *s, term from, term to) {
    if (recall(s, from) == TERM_NONE) {
        (void)remember(s, from, to);
    }
}

term term_rebuild(struct term_pool *pool, const struct term_view *view, const term *arguments) {
    switch (view->operation) {
    case TERM_CONSTANT:
        return TERM_NONE;
    case TERM_APPLY:
        return term_apply(pool, view->symbol, arguments, view->argument_count);
    case TERM_NOT:
        return term_not(pool, arguments[0]);
    case TERM_IF:
        return term_if(pool, arguments[0], arguments[1], arguments[2]);
    case TERM_CONCATENATE:
        return term_concatenate(pool, arguments[0], arguments[1]);
    case TERM_EXTRACT:
        return term_extract(pool, view->low + view->width - 1, view->low, arguments[0]);
    default:
        return term_binary(pool, view->operation, arguments[0], arguments[1]);
    }
}

static term rebuild_apply(struct substitution *s, const struct term_view *view) {
    term replaced[TERM_MAXIMUM_ARGUMENTS];
    enum replacement kind = view->symbol < s->symbol_capacity ? (enum replacement)s->kinds[view->symbol] : KEEP;
    if (kind == REPLACE) {
        return s->targets[view->symbol];
    }
    for (unsigned i = 0; i < view->argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
        replaced[i] = recall(s, view->arguments[i]);
    }
    return term_apply(s->pool, kind == RENAME ? s->targets[view->symbol] : view->symbol, replaced, view->argument_count);
}

/* Makes the term anew from its replaced arguments, so that it is simplified again. */
static term rebuild(struct substitution *s, term t) {
    struct term_view view = term_look(s->pool, t);
    if (view.operation == TERM_CONSTANT) {
        return t;
    }
    if (view.operation == TERM_APPLY) {
        return rebuild_apply(s, &view);
    }
    term replaced[3] = {0};
    for (unsigned i = 0; i < view.argument_count && i < 3; i++) {
        replaced[i] = recall(s, view.arguments[i]);
    }
    return term_rebuild(s->pool, &view, replaced);
}

static bool push(struct substitution *s, term t) {
    if (!term_pool_reserve(s->pool, (void **)&s->stack, &s->stack_capacity, s->stack_size, 1, sizeof(term))) {
        return false;
    }
    s->stack[s->stack_size++] = t;
    return true;
}

term substitute(struct substitution *s, term root) {
    if (s->pool->failed) {
        return 0;
    }
    s->stack_size = 0;
    if (recall(s, root) == TERM_NONE && !push(s, root)) {
        return 0;
    }
    while (s->stack_size > 0) {
        term t = s->stack[s->stack_size - 1];
        struct term_view view = term_look(s->pool, t);
        bool ready = true;
        for (unsigned i = 0; i < view.argument_count; i++) {
            if (recall(s, view.arguments[i]) == TERM_NONE) {
                ready = false;
                if (!push(s, view.arguments[i])) {
                    return 0;
                }
            }
        }
        if (ready) {
            if (recall(s, t) == TERM_NONE && !remember(s, t, rebuild(s, t))) {
                return 0;
            }
            s->stack_size--;
        }
        if (s->pool->failed) {
            return 0;
        }
    }
    return recall(s, root);
}
