/* Between a run's state and what the kernel saves for a signal handler. Internal to the native backend; nothing here calls the library. */
#ifndef POPEK_HARDWARE_NATIVE_STATE_H
#define POPEK_HARDWARE_NATIVE_STATE_H

#include "state.h"

#include <ucontext.h>

/* What the kernel does not save: it leaves these registers as the interrupted code had them. */
struct native_registers {
    uint16_t selectors[SEGMENT_COUNT];
    uint64_t fs_base, gs_base;
};

void native_home(struct native_registers *home);
/* What the interrupted code had, and the child's own back again. */
void native_take_segments(struct native_registers *seen, const struct native_registers *home);
void native_give_segments(const struct native_registers *wanted, uint64_t rflags);
void native_read(const ucontext_t *context, struct native_registers *segments, const struct run *r, struct run_result *result);
void native_write(ucontext_t *context, struct native_registers *segments, const struct run *r);
void native_copy_vectors(uint8_t *to, const ucontext_t *context);
void native_restore_vectors(ucontext_t *context, const uint8_t *from);

#endif
