/* What `assemble` and `simulate` share: teaching machines by name, and guests by path. Each complains when it fails. */
#ifndef POPEK_GUEST_FILE_H
#define POPEK_GUEST_FILE_H

#include "../simulator/guest.h"
#include "../simulator/target.h"

#define BUILT_IN_MACHINE "third_generation"

/* The whole file, which the caller frees; NULL when it cannot be read or is larger than any guest. */
char *read_bounded(const char *path, size_t *size);
bool assemble_or_complain(const struct target *t, const char *path, const char *text, size_t size, struct guest *g);
bool load_guest(const struct target *t, const char *path, struct guest *g);
/* On success the caller frees both, the target first. *code is what to exit with otherwise. */
struct target *target_or_complain(const char *name, struct isa **isa, int *code);

#endif
