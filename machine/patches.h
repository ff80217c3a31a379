/* What `popek rewrite` has put into a guest, and what was there: the machine is the guest's monitor at these places. */
#ifndef POPEK_MACHINE_PATCHES_H
#define POPEK_MACHINE_PATCHES_H

#include "computer.h"

#define PATCH_LONGEST 15u
enum patch_kind { PATCH_TRAP, PATCH_HYPERCALL, PATCH_CALL };
struct patch {
    uint32_t physical;                  /* of the first byte, where the guest was loaded */
    uint8_t total, replaced;            /* bytes with the room; bytes of the replacement, the rest are no-ops */
    uint8_t kind;                       /* enum patch_kind */
    uint8_t length;                     /* of the instruction */
    uint8_t instruction[PATCH_LONGEST]; /* that was there */
    uint8_t replacement[5];             /* what is there now */
    uint32_t entry;                     /* PATCH_CALL: the physical address that it goes to */
};

/* Where the loader of computer_boot puts a byte of an ELF file; false: nowhere. */
bool computer_loads_at(const uint8_t *bytes, size_t size, uint64_t file_offset, uint32_t *physical);

/* From now on the machine executes the instruction that was there when it comes to a replacement: as one that is as long as the whole place, so that
 * the next one is behind it, and an exception comes back to its first byte. A replacement that the guest has overwritten is none. In code
 * that the guest has copied, traps and hypercalls are known by the bytes around them; calls, whose distance is then wrong, are not. The patches are
 * copied. False: out of memory. */
bool computer_set_patches(struct computer *c, const struct patch *patches, size_t count);
/* How often that has happened. */
uint64_t computer_emulated(const struct computer *c);

#endif
