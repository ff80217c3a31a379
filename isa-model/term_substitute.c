/* Replaces symbols in terms: renames applications, or puts a term in the place of a variable. */
#include "term_pool.h"

#include <stdlib.h>
#include <string.h>

enum replacement { KEEP, RENAME, REPLACE };

struct substitution {
    struct term_pool *pool;
    unsigned char *kinds; /* by symbol */
    uint32_t *targets;
    size_t symbol_capacity;
    term *memory; /* by term, TERM_NONE: not yet replaced */
    size_t memory_size;
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

static term rebuild_apply(struct substitution *s, const struct term_view *view) {
    term replaced[TERM_MAXIMUM_ARGUMENTS];
    enum replacement kind = view->symbol < s->symbol_capacity ? (enum replacement)s->kinds[view->symbol] : KEEP;
    if (kind == REPLACE) {
        return s->targets[view->symbol];
    }
    for (unsigned i = 0; i < view->argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
        replaced[i] = s->memory[view->arguments[i]];
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
    term a = s->memory[view.arguments[0]];
    term b = view.argument_count > 1 ? s->memory[view.arguments[1]] : 0;
    term c = view.argument_count > 2 ? s->memory[view.arguments[2]] : 0;
    switch (view.operation) {
    case TERM_NOT:
        return term_not(s->pool, a);
    case TERM_IF:
        return term_if(s->pool, a, b, c);
    case TERM_CONCATENATE:
        return term_concatenate(s->pool, a, b);
    case TERM_EXTRACT:
        return term_extract(s->pool, view.low + view.width - 1, view.low, a);
    default:
        return term_binary(s->pool, view.operation, a, b);
    }
}

static bool push(struct substitution *s, term t) {
    if (!term_pool_reserve(s->pool, (void **)&s->stack, &s->stack_capacity, s->stack_size, 1, sizeof(term))) {
        return false;
    }
    s->stack[s->stack_size++] = t;
    return true;
}

static bool prepare(struct substitution *s, term t) {
    if (t < s->memory_size) {
        return true;
    }
    size_t wanted = s->pool->node_count;
    term *memory = realloc(s->memory, wanted * sizeof *memory);
    if (memory == NULL) {
        s->pool->failed = true;
        return false;
    }
    for (size_t i = s->memory_size; i < wanted; i++) {
        memory[i] = TERM_NONE;
    }
    s->memory = memory;
    s->memory_size = wanted;
    return true;
}

term substitute(struct substitution *s, term root) {
    if (s->pool->failed || !prepare(s, root)) {
        return 0;
    }
    s->stack_size = 0;
    if (s->memory[root] == TERM_NONE && !push(s, root)) {
        return 0;
    }
    while (s->stack_size > 0) {
        term t = s->stack[s->stack_size - 1];
        struct term_view view = term_look(s->pool, t);
        bool ready = true;
        for (unsigned i = 0; i < view.argument_count; i++) {
            if (s->memory[view.arguments[i]] == TERM_NONE) {
                ready = false;
                if (!push(s, view.arguments[i])) {
                    return 0;
                }
            }
        }
        if (ready) {
            s->memory[t] = rebuild(s, t);
            s->stack_size--;
        }
        if (s->pool->failed) {
            return 0;
        }
    }
    return s->memory[root];
}
