/* What a plug-in may call, as far as it is alike for handlers and whole emulators: ports, which are elements of the array of devices. Internal to the
 * checker. */
#ifndef POPEK_CHECKER_HOST_H
#define POPEK_CHECKER_HOST_H

#include "../isa-model/emitted.h"

#include "../include/popek/handler.h"

/* One of the two is whose host it is. `get` and `set` find and change elements of arrays, as in struct popek_call. */
struct popek_host {
    struct runner *runner;
    struct emulator *emulator;
    word128 (*get)(struct popek_host *host, uint32_t array, uint64_t index);
    void (*set)(struct popek_host *host, uint32_t array, uint64_t index, word128 value);
};

/* Fills in the host, its arrays and its ports; not the memory. */
void host_offer(struct popek_host *h, struct popek_call *call);

#endif
