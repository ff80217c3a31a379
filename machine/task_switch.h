/* Hardware task switches: what the steps of the tables leave open of them. Internal to machine/. */
#ifndef POPEK_MACHINE_TASK_SWITCH_H
#define POPEK_MACHINE_TASK_SWITCH_H

#include "processor.h"

#define TASK_BYTES 104u
struct task_switch {
    uint8_t loaded[TASK_BYTES]; /* the new TSS */
    uint32_t length;            /* of the instruction, 0 for an event: EIP of the old task is behind it */
    bool returns;               /* IRET */
    bool resumes;               /* a fault: RF is set in the flags that are saved */
    bool has_error;
    uint32_t error;
};

/* Before anything changes: the TSS of the state `after` the step can be loaded, and the current one written. */
bool task_switch_ready(struct processor *p, const struct x86 *after, struct task_switch *w, struct fault *fault);
/* After what the step wrote to descriptors and to the link is in memory. False after a fault, which is one of the new task when the machine's task
 * register is that of `after`; or when the machine cannot switch to such a task (processor.failure). */
bool task_switch(struct processor *p, const struct task_switch *how, const struct x86 *after, struct fault *fault);

#endif
