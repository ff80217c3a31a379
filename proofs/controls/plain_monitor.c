/* The monitor of Theorem 1 on the machine with JRST 1: the same source without the condition that the virtual mode is user. What JRST 1 makes of the
 * virtual mode must not be provable, and everything else must. */
#define RUNS_DIRECTLY(v)
#include "jrst1.c"
