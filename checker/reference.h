/* What the tables leave open, chosen anew for each run of the reference. Internal to the checker. */
#ifndef POPEK_CHECKER_REFERENCE_H
#define POPEK_CHECKER_REFERENCE_H

/* 0: opaque functions have all bits 0; 1: all bits 1; others: bits that depend on the arguments and on this number. */
extern unsigned reference_variant;

#endif
