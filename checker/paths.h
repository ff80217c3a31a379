/* Explored steps: from a file, or explored now and kept in it. Internal to the checker. */
#ifndef POPEK_CHECKER_PATHS_H
#define POPEK_CHECKER_PATHS_H

#include "targets.h"

struct path_store;
/* `file` may not exist yet, and is passed over when it is of other tables; NULL: nothing is kept. NULL: out of memory. */
struct path_store *path_store_open(struct isa *isa, const char *file, unsigned resource_limit, char **message);
void path_store_close(struct path_store *s);
/* The targets of a step in a mode, by a number of both that is less than 65,536. False: out of memory or an error of the solver. */
bool path_store_get(struct path_store *s, unsigned step, const struct semantics *semantics, unsigned mode, struct targets *t);
/* Before the first step: only states in which the component has this value. Such steps are not kept. False: out of memory. */
bool path_store_fix(struct path_store *s, unsigned leaf, word128 value);
/* One plain state of a mode as targets, to see whether a handler does anything. False: out of memory or an error of the solver. */
bool path_store_plain(struct path_store *s, unsigned mode, struct targets *t);
/* Writes the file if there is anything new. False: *message says why. */
bool path_store_save(struct path_store *s, char **message);

#endif
