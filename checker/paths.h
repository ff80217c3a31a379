/* Explored steps: from a file, or explored now and kept in it. Internal to the checker. */
#ifndef POPEK_CHECKER_PATHS_H
#define POPEK_CHECKER_PATHS_H

#include "targets.h"

struct path_store;
/* A step in a mode. */
struct path_item {
    unsigned number; /* less than 65,536, the same for the same step in every run over the same tables */
    const struct semantics *semantics;
    unsigned mode;
};

/* `file` may not exist yet, and is passed over when it is of other tables; NULL: nothing is kept. NULL: out of memory. */
struct path_store *path_store_open(struct isa *isa, const char *file, unsigned resource_limit);
void path_store_close(struct path_store *s);
/* Whether it need not be explored any more. */
bool path_store_has(const struct path_store *s, unsigned number);
/* Explores steps one after the other, in a process of their own: the states of one are tried for the next, and nothing else matters. False: no
 * process, out of memory, or an error of the solver; so of the others. */
bool path_store_explore(struct path_store *s, const struct path_item *items, size_t count);
/* The targets of a step, which is explored by itself if it was not yet. */
bool path_store_get(struct path_store *s, const struct path_item *item, struct targets *t);
/* Before the first step: only states in which the component has this value. Such steps are not kept in the file. */
bool path_store_fix(struct path_store *s, unsigned leaf, word128 value);
/* One plain state of a mode as targets, to see whether a handler does anything. */
bool path_store_plain(struct path_store *s, unsigned mode, struct targets *t);
/* Writes the file if there is anything new. False: *message says why. */
bool path_store_save(struct path_store *s, char **message);

#endif
