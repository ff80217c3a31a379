/* popek run --profile-memory: the first of its two runs, and the file. */
#ifndef POPEK_CLI_PROFILE_MEMORY_H
#define POPEK_CLI_PROFILE_MEMORY_H

#include "../machine/memory_profile.h"
#include "boot_guest.h"

struct decoder;

/* Runs the guest once on a machine of its own, so that a second run can be watched. NULL after a message. */
struct memory_profile *profile_memory_begin(const struct decoder *decoder, const struct guest_program *program, uint64_t instructions);
/* Writes what the second run found; an exit code. */
int profile_memory_end(struct memory_profile *m, const char *guest, const uint8_t *bytes, size_t size, const char *file);

#endif
