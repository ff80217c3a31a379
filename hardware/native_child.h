/* What the parent and the child of the native backend share. Internal to the native backend. */
#ifndef POPEK_HARDWARE_NATIVE_CHILD_H
#define POPEK_HARDWARE_NATIVE_CHILD_H

#include "state.h"

#define NATIVE_BATCH 32u

struct native_channel {
    volatile uint32_t current; /* the run that executes, or is next */
    volatile uint32_t count;   /* runs of this batch */
    struct run runs[NATIVE_BATCH];
    struct run_result results[NATIVE_BATCH];
};

/* Selectors of the local descriptor table that the child makes: segments over the window, 32 and 16 bits. */
enum { LDT_CODE32 = 0x07, LDT_DATA32 = 0x0F, LDT_CODE16 = 0x17, LDT_DATA16 = 0x1F };

/* Life of the child: prepares itself, answers batches, never returns. `commands` and `answers` are pipes: a byte for each batch, and one when ready.
 */
_Noreturn void native_child_main(struct native_channel *channel, int commands, int answers);

#endif
