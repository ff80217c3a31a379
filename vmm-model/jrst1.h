/* JRST 1, for a machine that has it (examples/isa/jrst1.isa): it enters user mode, and is a plain jump there. It is sensitive in supervisor mode and
 * not privileged, so such a machine has no monitor that runs everything directly; Theorem 3: what is in virtual user mode may still run directly.
 * The sources of the monitor are compiled for either machine, against what is generated of it. */
#ifndef POPEK_JRST1_H
#define POPEK_JRST1_H

#include "decode.h"
#include "dispatcher.h"

#define OPERATION_JRST1 16u

#ifdef third_generation_JRST1_ENSURES
/* What is run directly must be in virtual user mode. (proofs/controls/plain_monitor.c is what becomes of the monitor without that.) */
#ifndef RUNS_DIRECTLY
#define RUNS_DIRECTLY(v) requires virtual_user: v->processor.privilege == USER;
#endif
#define IS_JRST1(number) ((number) == OPERATION_JRST1)
#define EXECUTED_JRST1(fetched, s, word, count, instruction)                                                                                         \
    behavior JRST1:                                                                                                                                  \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_JRST1;                                                                   \
    third_generation_JRST1_OUTCOME(s, decoded_second(instruction))                                                                                   \
    third_generation_JRST1_NEXT(s, decoded_second(instruction))                                                                                      \
    STORAGE_SAME(word, count)

/*@ MACHINE_REQUIRES(s, word, count)
  @ requires a_range: a < 8;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. 4];
  @ third_generation_JRST1_OUTCOME(s, a)
  @ third_generation_JRST1_NEXT(s, a)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @ ensures mode: s->privilege < 2;
  @*/
uint32_t machine_JRST1(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ RUNS_DIRECTLY(v)
  @ requires a_range: a < 8;
  @ assigns v->processor.pc, v->processor.reg[0 .. 7], *host;
  @ third_generation_JRST1_ENSURES((&v->processor), a)
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_JRST1(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ RUNS_DIRECTLY(v)
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, *host, v->processor.reg[0 .. 7],
  @         ram[0 .. ram_count - 1];
  @ third_generation_JRST1_OUTCOME((&v->processor), a)
  @ third_generation_JRST1_NEXT((&v->processor), a)
  @ STORAGE_SAME((ram + v->origin), v->processor.size)
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures user: host->privilege == USER;
  @ ensures mode: v->processor.privilege < 2;
  @ ensures efficient: \result == DONE ==> v->entries == \old(v->entries);
  @*/
uint32_t monitor_JRST1(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a);
#else
#define RUNS_DIRECTLY(v)
#define IS_JRST1(number) (0 == 1)
#define EXECUTED_JRST1(fetched, s, word, count, instruction)
#endif

#endif
