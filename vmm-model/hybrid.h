/* The hybrid monitor (Theorem 3): all virtual supervisor code is interpreted, virtual user code runs directly. */
#ifndef POPEK_HYBRID_H
#define POPEK_HYBRID_H

#include "step.h"

/* One step of a virtual machine by the interpreter: the step of the bare machine, done to the virtual processor and the window. The real processor is
 * not used. */
/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->processor.halted, v->processor.reg[0 .. 7],
  @         v->entries, ram[v->origin .. v->origin + v->processor.size - 1];
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures mode: v->processor.privilege < 2;
  @ ensures entered: v->entries == (uint32_t)(\old(v->entries) + 1);
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ STEPPED((&v->processor), (ram + v->origin), v->processor.size)
  @*/
uint32_t interpret_step(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count);

/* One step of a virtual machine, in either virtual mode, on a machine with JRST 1 too. (monitor_step asks for virtual user mode there.) */
/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->processor.halted, v->processor.reg[0 .. 7],
  @         v->entries, *host, ram[0 .. ram_count - 1];
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures mode: v->processor.privilege < 2;
  @ ensures user: \old(v->processor.halted) != 1 && \old(v->processor.privilege) == USER ==> host->privilege == USER;
  @ ensures interpreted: \old(v->processor.privilege) == SUPERVISOR ==> v->entries == (uint32_t)(\old(v->entries) + 1);
  @ ensures efficient: \let instruction = \at((ram + v->origin)[v->processor.r_base + v->processor.pc], Pre);
        \result == DONE && \old(v->processor.privilege) == USER && !PRIVILEGED(decoded_operation(instruction)) ==> v->entries == \old(v->entries);
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ STEPPED((&v->processor), (ram + v->origin), v->processor.size)
  @*/
uint32_t hybrid_step(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count);

#endif
