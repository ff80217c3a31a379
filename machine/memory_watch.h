/* The access of an instruction to an explicit memory operand, told to a profile. Internal to machine/. */
#ifndef POPEK_MACHINE_MEMORY_WATCH_H
#define POPEK_MACHINE_MEMORY_WATCH_H

#include "processor.h"

/* p->profile is not NULL; the place is an operand in memory at this linear address. */
void memory_watch(struct processor *p, uint32_t linear, const struct location *place, bool user);

#endif
