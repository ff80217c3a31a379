/* Memory that lives as long as one ISA: allocated piece by piece, freed at once. */
#ifndef POPEK_ARENA_H
#define POPEK_ARENA_H

#include <setjmp.h>
#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *blocks;
    jmp_buf *exhausted; /* where to go when memory runs out, so that no caller has to look at every pointer */
};

/* Zeroed memory, never NULL. */
void *arena_allocate(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t length);
/* printf into the arena. */
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A larger copy of an array that grows by doubling; the old one stays until the arena goes. */
void *arena_grow(struct arena *arena, const void *array, size_t count, size_t *capacity, size_t size);
void arena_free(struct arena *arena);

#endif
