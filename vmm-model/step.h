/* Whole machines: fetch, decode, and the step of the instruction; of the bare machine, and of a virtual one under the monitor. */
#ifndef POPEK_STEP_H
#define POPEK_STEP_H

#include "dispatcher.h"

/* An instruction word: operation in bits 15:8, operands in bits 6:4 and 2:0. */
#define OPERATION_LD 1u
#define OPERATION_ST 2u
#define OPERATION_ADD 3u
#define OPERATION_JMP 4u
#define OPERATION_BZ 5u
#define OPERATION_LPSW 6u
#define OPERATION_LRB 7u
#define OPERATION_SVC 8u
#define OPERATION_HALT 9u
#define NO_SUCH_OPERATION third_generation_TRAP /* vector 0: every other word traps in either mode */

/*@ assigns \nothing;
  @ ensures range: \result < 8;
  @*/
uint8_t first_operand(uint16_t instruction);

/*@ assigns \nothing;
  @ ensures range: \result < 8;
  @*/
uint8_t second_operand(uint16_t instruction);

/* One step of the bare machine; a halted machine stays as it is. Returns the outcome of the instruction. */
/*@ MACHINE_REQUIRES(s, word, count)
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, s->halted, s->reg[0 .. 7], word[0 .. count - 1];
  @ ensures mode: s->privilege < 2;
  @*/
uint32_t machine_step(struct third_generation *s, uint16_t *word, uint32_t count);

/* One step of the virtual machine `v`. `host` is the real processor, on which the guest runs in user mode and nothing else. */
/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->processor.halted, v->processor.reg[0 .. 7],
  @         v->entries, *host, ram[0 .. ram_count - 1];
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures mode: v->processor.privilege < 2;
  @ ensures user: \old(v->processor.halted) != 1 ==> host->privilege == USER;
  @*/
uint32_t monitor_step(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count);

/* The instruction that was fetched. */
/*@ MACHINE_REQUIRES(s, word, count)
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, s->halted, s->reg[0 .. 7], word[0 .. count - 1];
  @ ensures mode: s->privilege < 2;
  @*/
uint32_t machine_execute(struct third_generation *s, uint16_t *word, uint32_t count, uint16_t instruction);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires user: host->privilege == USER;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->processor.halted, v->processor.reg[0 .. 7],
  @         v->entries, *host, ram[0 .. ram_count - 1];
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures mode: v->processor.privilege < 2;
  @ ensures user: host->privilege == USER;
  @*/
uint32_t monitor_execute(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint16_t instruction);

#endif
