/* The child of the native backend. Internal to it. */
#ifndef POPEK_HARDWARE_NATIVE_CHILD_H
#define POPEK_HARDWARE_NATIVE_CHILD_H

#include "worker.h"

/* Selectors of the local descriptor table that the child makes: segments over the window, 32 and 16 bits. */
enum { LDT_CODE32 = 0x07, LDT_DATA32 = 0x0F, LDT_CODE16 = 0x17, LDT_DATA16 = 0x1F };

/* The life of the child, see worker_main. */
void native_child_main(void *context, struct channel *shared, int commands, int answers);

#endif
