/* Keeps caller and child on one processor. */
#include "place.h"

void direct_stay(struct direct_place *place) {
    const int here = sched_getcpu();
    cpu_set_t one;
    CPU_ZERO(&one);
    place->kept = here >= 0 && here < CPU_SETSIZE && sched_getaffinity(0, sizeof place->before, &place->before) == 0;
    if (place->kept) {
        CPU_SET((size_t)here, &one);
        place->kept = sched_setaffinity(0, sizeof one, &one) == 0;
    }
}

void direct_move(const struct direct_place *place) {
    if (place->kept) {
        (void)sched_setaffinity(0, sizeof place->before, &place->before);
    }
}
