/* Which instructions touch memory that a monitor must know of: page tables, descriptor tables, devices. Found by running the guest twice, which is
 * the same run both times: first what is such memory at any time, then who touches it. */
#ifndef POPEK_MACHINE_MEMORY_PROFILE_H
#define POPEK_MACHINE_MEMORY_PROFILE_H

#include "computer.h"

enum memory_kind {
    MEMORY_PAGE_TABLE = 1,
    MEMORY_DESCRIPTOR_TABLE = 2, /* GDT, IDT, LDT, TSS */
    MEMORY_DEVICE = 4            /* the window of video memory, and what lies beyond the memory */
};
const char *memory_kind_name(enum memory_kind k); /* "page-table", ... */

/* An instruction with an explicit memory operand there. */
struct memory_site {
    uint32_t address; /* linear, of its first byte */
    uint32_t kinds;   /* set of enum memory_kind */
    uint64_t reads, writes;
};

struct memory_profile;
/* For machines with so much memory. NULL: out of memory. */
struct memory_profile *memory_profile_new(uint32_t memory_size);
void memory_profile_free(struct memory_profile *m);
/* The first run: at most so many instructions on the model. */
enum computer_end memory_profile_collect(struct memory_profile *m, struct computer *c, uint64_t instructions);
/* The second: whatever the model executes on this machine from now on is noted. The profile outlives the machine. */
void memory_profile_watch(struct memory_profile *m, struct computer *c);
/* By address; they belong to the profile, and are complete if *complete (else memory was exhausted). */
const struct memory_site *memory_profile_sites(struct memory_profile *m, size_t *count, bool *complete);

#endif
