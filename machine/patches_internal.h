/* Replacements in a guest, as the loop of the machine sees them. Internal to machine/. */
#ifndef POPEK_MACHINE_PATCHES_INTERNAL_H
#define POPEK_MACHINE_PATCHES_INTERNAL_H

#include "patches.h"
#include "processor.h"

struct patches {
    struct patch *list; /* by physical address */
    size_t count;
    struct patch copy; /* of code that the guest has copied: the last one */
    uint64_t emulated;
    uint32_t entry; /* of calls */
    bool calls;
};

void patches_drop(struct patches *s);
/* If a replacement lies at CS:EIP, puts the instruction there that was replaced, and returns it: patches_leave puts the replacement back. After a
 * call of the monitor the return address is taken from the stack first. NULL: there is none. */
const struct patch *patches_enter(struct patches *s, struct processor *p);
void patches_leave(struct processor *p, const struct patch *patch);

#endif
