/* The forms of an instruction are explored together: states of one are tried for the next. Internal to the checker. */
#ifndef POPEK_CHECKER_PATH_GROUPS_H
#define POPEK_CHECKER_PATH_GROUPS_H

#include "../isa-model/emitted.h"
#include "paths.h"

/* The step of an entry of the table in its mode; forms of an instruction that stand beside each other share it. */
struct path_item path_item_of(const struct isa *isa, const struct emitted_isa *table, size_t entry);
/* Explores what is not known yet of the wanted entries that are of the same instruction as `entry`, itself among them, and stand beside it. False:
 * no process, out of memory, or an error of the solver. */
bool path_group_explore(struct path_store *s, const struct isa *isa, const struct emitted_isa *table, const bool *wanted, size_t entry);
/* An instruction is in one part of the work, with all of its forms. */
bool path_group_in_shard(const char *instruction, unsigned shard, unsigned shard_count);

#endif
