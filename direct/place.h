/* Where the caller and its child run: on one processor, because they take turns. On two, each turn wakes a processor that sleeps, which takes a
 * virtual machine several times as long as a trap. Internal to popek. */
#ifndef POPEK_DIRECT_PLACE_H
#define POPEK_DIRECT_PLACE_H

#include <sched.h>
#include <stdbool.h>

struct direct_place {
    bool kept;
    cpu_set_t before;
};
/* Keeps the calling thread, and children that it starts from now on, on the processor that it is on; where that is not allowed nothing happens. */
void direct_stay(struct direct_place *place);
/* Lets the calling thread run where it could before. */
void direct_move(const struct direct_place *place);

#endif
