/* The dispatcher: what happens to each instruction of a guest. */
#ifndef POPEK_DISPATCHER_H
#define POPEK_DISPATCHER_H

#include "direct.h"
#include "interpreter.h"
#include "machine.h"

/* The guest's own trap: the monitor exchanges the program status word of the virtual machine as the bare machine would. */
/*@ requires machine: \valid(v);
  @ requires storage: \valid(ram + (0 .. ram_count - 1)) && \separated(v, ram + (0 .. ram_count - 1));
  @ requires large: 12 <= v->processor.size;
  @ requires inside: v->origin + v->processor.size <= ram_count;
  @ requires small: ram_count <= 65536;
  @ requires trap: outcome != DONE;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, ram[v->origin .. v->origin + 4];
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, outcome)
  @ ensures mode: v->processor.privilege < 2;
  @*/
void reflect_trap(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, uint32_t outcome);

#define DISPATCHER_REQUIRES(v, ram, ram_count)                                                                                                       \
    requires machine: \valid(v);                                                                                                                     \
    requires storage: \valid(ram + (0 .. ram_count - 1)) && \separated(v, ram + (0 .. ram_count - 1));                                               \
    requires large: 12 <= v->processor.size;                                                                                                         \
    requires inside: v->origin + v->processor.size <= ram_count;                                                                                     \
    requires small: ram_count <= 65536;                                                                                                              \
    requires modes: v->processor.privilege < 2;

/* The real processor trapped and no instruction was executed: no word was fetched, or none that is an instruction. */
/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires trap: outcome != DONE;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, ram[v->origin .. v->origin + 4];
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, outcome)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @*/
void monitor_trap(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint32_t outcome);

/* A whole step of the virtual machine, by instruction. The postconditions are those of the step of the bare machine (machine.h), over the virtual
 * processor and the window; and resource control: nothing outside of the window changes, and the processor ran in user mode.
 * Efficiency: an instruction that is done on the real processor does not enter the monitor. */
/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, v->processor.reg[0 .. 7], ram[0 .. ram_count - 1];
  @ third_generation_LD_OUTCOME((&v->processor), (ram + v->origin), v->processor.size, d, a)
  @ third_generation_LD_NEXT((&v->processor), (ram + v->origin), v->processor.size, d, a)
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @ ensures efficient: \result == DONE ==> v->entries == \old(v->entries);
  @*/
uint32_t monitor_LD(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, v->processor.reg[0 .. 7], ram[0 .. ram_count - 1];
  @ third_generation_ST_OUTCOME((&v->processor), (ram + v->origin), v->processor.size, d, a)
  @ third_generation_ST_NEXT((&v->processor), (ram + v->origin), v->processor.size, d, a)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @ ensures efficient: \result == DONE ==> v->entries == \old(v->entries);
  @*/
uint32_t monitor_ST(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, v->processor.reg[0 .. 7], ram[0 .. ram_count - 1];
  @ third_generation_ADD_OUTCOME((&v->processor), d, a)
  @ third_generation_ADD_NEXT((&v->processor), d, a)
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @ ensures efficient: \result == DONE ==> v->entries == \old(v->entries);
  @*/
uint32_t monitor_ADD(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, v->processor.reg[0 .. 7], ram[0 .. ram_count - 1];
  @ third_generation_JMP_OUTCOME((&v->processor), a)
  @ third_generation_JMP_NEXT((&v->processor), a)
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @ ensures efficient: \result == DONE ==> v->entries == \old(v->entries);
  @*/
uint32_t monitor_JMP(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, v->processor.reg[0 .. 7], ram[0 .. ram_count - 1];
  @ third_generation_BZ_OUTCOME((&v->processor), d, a)
  @ third_generation_BZ_NEXT((&v->processor), d, a)
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @ ensures efficient: \result == DONE ==> v->entries == \old(v->entries);
  @*/
uint32_t monitor_BZ(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, ram[0 .. ram_count - 1];
  @ third_generation_SVC_OUTCOME((&v->processor))
  @ third_generation_SVC_NEXT((&v->processor))
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @ ensures efficient: \result == DONE ==> v->entries == \old(v->entries);
  @*/
uint32_t monitor_SVC(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count);

/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound;
  @ third_generation_LPSW_ENSURES((&v->processor), (ram + v->origin), v->processor.size, a)
  @ LPSW_INSIDE(v, a)
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t virtual_LPSW(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count, uint8_t a);

/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, ram[v->origin .. v->origin + 4];
  @ third_generation_LPSW_OUTCOME((&v->processor), (ram + v->origin), v->processor.size, a)
  @ third_generation_LPSW_NEXT((&v->processor), (ram + v->origin), v->processor.size, a)
  @ ensures ram_same: \result == DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre);
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ LPSW_INSIDE(v, a)
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t dispatch_LPSW(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, ram[0 .. ram_count - 1];
  @ third_generation_LPSW_OUTCOME((&v->processor), (ram + v->origin), v->processor.size, a)
  @ third_generation_LPSW_NEXT((&v->processor), (ram + v->origin), v->processor.size, a)
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t monitor_LPSW(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a);

/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ requires a_range: a < 8;
  @ requires b_range: b < 8;
  @ assigns v->processor.pc, v->processor.r_base, v->processor.r_bound;
  @ third_generation_LRB_ENSURES((&v->processor), a, b)
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t virtual_LRB(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b);

/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ requires a_range: a < 8;
  @ requires b_range: b < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, ram[v->origin .. v->origin + 4];
  @ third_generation_LRB_OUTCOME((&v->processor), a, b)
  @ third_generation_LRB_NEXT((&v->processor), a, b)
  @ ensures ram_same: \result == DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre);
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t dispatch_LRB(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires a_range: a < 8;
  @ requires b_range: b < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, ram[0 .. ram_count - 1];
  @ third_generation_LRB_OUTCOME((&v->processor), a, b)
  @ third_generation_LRB_NEXT((&v->processor), a, b)
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t monitor_LRB(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b);

/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ assigns v->processor.pc, v->processor.halted;
  @ third_generation_HALT_ENSURES((&v->processor))
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t virtual_HALT(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count);

/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, v->processor.halted, ram[v->origin .. v->origin + 4];
  @ third_generation_HALT_OUTCOME((&v->processor))
  @ third_generation_HALT_NEXT((&v->processor))
  @ ensures ram_same: \result == DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre);
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t dispatch_HALT(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, v->processor.halted, ram[0 .. ram_count - 1];
  @ third_generation_HALT_OUTCOME((&v->processor))
  @ third_generation_HALT_NEXT((&v->processor))
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t monitor_HALT(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count);

#endif
