/* What the tables leave open, chosen anew for each run of the reference. Internal to the checker. */
#ifndef POPEK_CHECKER_REFERENCE_H
#define POPEK_CHECKER_REFERENCE_H

#include "../x86-tables/opaque.h"

/* For x86_set_opaques. `variant` points to an unsigned. 0: opaque functions have all bits 0; 1: all bits 1; others: bits that depend on the arguments
 * and on this number, in a quarter of the cases none of them set, and sometimes all. */
opaque_function reference_opaque;

#endif
