/* The kinds of runs. Internal to machine/. */
#ifndef POPEK_MACHINE_SESSION_PARTS_H
#define POPEK_MACHINE_SESSION_PARTS_H

#include "session.h"

/* Processor time of this process. */
double session_clock(void);

/* lockstep.c: the model, with the other engine beside it. */
void run_compared(struct computer *c, const struct session_request *request, struct session_result *result);
/* native_engine.c: this processor beside the machine `like`, whose x87 and SSE state it takes with each state, with memory of its own, zeroed. NULL:
 * *reason says why not. */
struct engine *native_engine_open(const struct computer *like, const struct native_tables *tables, uint8_t **memory, const char **reason);
/* engine_run.c: an engine executes, the model does what traps. */
void run_on_engine(struct computer *c, const struct session_request *request, struct session_result *result);
/* native_run.c: this processor executes what is innocuous, the model the rest. */
void run_natively(struct computer *c, const struct session_request *request, struct session_result *result);
/* kvm_run.c: KVM executes and delivers, the devices are the model's. */
void run_on_kvm(struct computer *c, const struct session_request *request, struct session_result *result);

#endif
