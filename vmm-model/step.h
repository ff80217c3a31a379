/* Whole machines: fetch, decode, and the step of the instruction; of the bare machine, and of a virtual one under the monitor. */
#ifndef POPEK_STEP_H
#define POPEK_STEP_H

#include "decode.h"
#include "dispatcher.h"
#include "jrst1.h"

/* The step of the instruction that was fetched, as one statement about both machines: `s` and `word` are the processor and the storage of the bare
 * machine, or the virtual processor and the window. By operation, what the description says of it; and any other word traps with vector 0. */
#define EXECUTED(fetched, s, word, count, instruction)                                                                                               \
    behavior LD:                                                                                                                                     \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_LD;                                                                      \
    third_generation_LD_OUTCOME(s, word, count, decoded_first(instruction), decoded_second(instruction))                                             \
    third_generation_LD_NEXT(s, word, count, decoded_first(instruction), decoded_second(instruction))                                                \
    STORAGE_SAME(word, count)                                                                                                                        \
    behavior ST:                                                                                                                                     \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_ST;                                                                      \
    third_generation_ST_OUTCOME(s, word, count, decoded_first(instruction), decoded_second(instruction))                                             \
    third_generation_ST_NEXT(s, word, count, decoded_first(instruction), decoded_second(instruction))                                                \
    behavior ADD:                                                                                                                                    \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_ADD;                                                                     \
    third_generation_ADD_OUTCOME(s, decoded_first(instruction), decoded_second(instruction))                                                         \
    third_generation_ADD_NEXT(s, decoded_first(instruction), decoded_second(instruction))                                                            \
    STORAGE_SAME(word, count)                                                                                                                        \
    behavior JMP:                                                                                                                                    \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_JMP;                                                                     \
    third_generation_JMP_OUTCOME(s, decoded_second(instruction))                                                                                     \
    third_generation_JMP_NEXT(s, decoded_second(instruction))                                                                                        \
    STORAGE_SAME(word, count)                                                                                                                        \
    behavior BZ:                                                                                                                                     \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_BZ;                                                                      \
    third_generation_BZ_OUTCOME(s, decoded_first(instruction), decoded_second(instruction))                                                          \
    third_generation_BZ_NEXT(s, decoded_first(instruction), decoded_second(instruction))                                                             \
    STORAGE_SAME(word, count)                                                                                                                        \
    behavior LPSW:                                                                                                                                   \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_LPSW;                                                                    \
    third_generation_LPSW_OUTCOME(s, word, count, decoded_second(instruction))                                                                       \
    third_generation_LPSW_NEXT(s, word, count, decoded_second(instruction))                                                                          \
    STORAGE_SAME(word, count)                                                                                                                        \
    behavior LRB:                                                                                                                                    \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_LRB;                                                                     \
    third_generation_LRB_OUTCOME(s, decoded_first(instruction), decoded_second(instruction))                                                         \
    third_generation_LRB_NEXT(s, decoded_first(instruction), decoded_second(instruction))                                                            \
    STORAGE_SAME(word, count)                                                                                                                        \
    behavior SVC:                                                                                                                                    \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_SVC;                                                                     \
    third_generation_SVC_OUTCOME(s)                                                                                                                  \
    third_generation_SVC_NEXT(s)                                                                                                                     \
    STORAGE_SAME(word, count)                                                                                                                        \
    behavior HALT:                                                                                                                                   \
    assumes decoded: fetched && decoded_operation(instruction) == OPERATION_HALT;                                                                    \
    third_generation_HALT_OUTCOME(s)                                                                                                                 \
    third_generation_HALT_NEXT(s)                                                                                                                    \
    STORAGE_SAME(word, count)                                                                                                                        \
    EXECUTED_JRST1(fetched, s, word, count, instruction)                                                                                             \
    behavior none:                                                                                                                                   \
    assumes decoded: fetched && !IS_JRST1(decoded_operation(instruction)) &&                                                                         \
        (decoded_operation(instruction) < OPERATION_LD || decoded_operation(instruction) > OPERATION_HALT);                                          \
    ensures outcome: \result == NO_SUCH_OPERATION;                                                                                                   \
    complete behaviors;                                                                                                                              \
    disjoint behaviors;

/* The same of a step with its fetch. A halted machine stays as it is, and a counter that reaches no word is a memory trap. */
#define REACHES(s) (s->r_base < s->size && s->pc < s->r_bound && s->r_base + s->pc < s->size)
#define STEPPED(s, word, count)                                                                                                                      \
    behavior halted:                                                                                                                                 \
    assumes halted: s->halted == 1;                                                                                                                  \
    ensures halts: \result == DONE;                                                                                                                  \
    ensures same_privilege: s->privilege == \old(s->privilege);                                                                                      \
    ensures same_pc: s->pc == \old(s->pc);                                                                                                           \
    ensures same_r_base: s->r_base == \old(s->r_base);                                                                                               \
    ensures same_r_bound: s->r_bound == \old(s->r_bound);                                                                                            \
    ensures same_halted: s->halted == \old(s->halted);                                                                                               \
    ensures same_reg: \forall integer k; 0 <= k < 8 ==> s->reg[k] == \at(s->reg[k], Pre);                                                            \
    ensures same_word: third_generation_word_same{Pre, Post}(\at(word, Pre), word, 0, count);                                                        \
    behavior unreachable:                                                                                                                            \
    assumes unreachable: s->halted != 1 && !REACHES(s);                                                                                              \
    ensures outcome: \result == MEMORY_TRAP;                                                                                                         \
    EXECUTED((s->halted != 1 && REACHES(s)), s, word, count, \at(word[s->r_base + s->pc], Pre))

#define NO_WORD 65536u /* no value of a word */

/* The word that the processor fetches, or NO_WORD when its counter reaches none. */
/*@ MACHINE_REQUIRES(s, word, count)
  @ assigns \nothing;
  @ ensures fetched: REACHES(s) ==> \result == word[s->r_base + s->pc];
  @ ensures none: !REACHES(s) ==> \result == NO_WORD;
  @*/
uint32_t machine_fetch(const struct third_generation *s, const uint16_t *word, uint32_t count);

/* The word that the real processor fetches for the guest, through its own relocation-bounds register: the one that the guest's counter reaches. */
/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ assigns \nothing;
  @ ensures fetched: REACHES((&v->processor)) ==> \result == (ram + v->origin)[(&v->processor)->r_base + (&v->processor)->pc];
  @ ensures none: !REACHES((&v->processor)) ==> \result == NO_WORD;
  @*/
uint32_t monitor_fetch(const struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count);

/* One step of the bare machine; a halted machine stays as it is. Returns the outcome of the instruction. */
/*@ MACHINE_REQUIRES(s, word, count)
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, s->halted, s->reg[0 .. 7], word[0 .. count - 1];
  @ ensures mode: s->privilege < 2;
  @ TRAP_TAKEN(s, word, count, \result)
  @ STEPPED(s, word, count)
  @*/
uint32_t machine_step(struct third_generation *s, uint16_t *word, uint32_t count);

/* One step of the virtual machine `v`: the postconditions are those of the step of the bare machine, over the virtual processor and the window.
 * `host` is the real processor, on which the guest runs in user mode and nothing else. Efficiency: an instruction that is done and not privileged did
 * not enter the monitor. */
/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ RUNS_DIRECTLY(v)
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->processor.halted, v->processor.reg[0 .. 7],
  @         v->entries, *host, ram[0 .. ram_count - 1];
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures mode: v->processor.privilege < 2;
  @ ensures user: \old(v->processor.halted) != 1 ==> host->privilege == USER;
  @ ensures idle: \old(v->processor.halted) == 1 ==> v->entries == \old(v->entries);
  @ ensures efficient: \let instruction = \at((ram + v->origin)[v->processor.r_base + v->processor.pc], Pre);
        \result == DONE && !PRIVILEGED(decoded_operation(instruction)) ==> v->entries == \old(v->entries);
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ STEPPED((&v->processor), (ram + v->origin), v->processor.size)
  @*/
uint32_t monitor_step(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count);

/* The instruction that was fetched, of the bare machine and of a virtual one. */
/*@ MACHINE_REQUIRES(s, word, count)
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, s->halted, s->reg[0 .. 7], word[0 .. count - 1];
  @ ensures mode: s->privilege < 2;
  @ TRAP_TAKEN(s, word, count, \result)
  @ EXECUTED(\true, s, word, count, instruction)
  @*/
uint32_t machine_execute(struct third_generation *s, uint16_t *word, uint32_t count, uint16_t instruction);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ RUNS_DIRECTLY(v)
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->processor.halted, v->processor.reg[0 .. 7],
  @         v->entries, *host, ram[0 .. ram_count - 1];
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures mode: v->processor.privilege < 2;
  @ ensures user: host->privilege == USER;
  @ ensures efficient: \result == DONE && !PRIVILEGED(decoded_operation(instruction)) ==> v->entries == \old(v->entries);
  @ TRAP_TAKEN((&v->processor), (ram + v->origin), v->processor.size, \result)
  @ EXECUTED(\true, (&v->processor), (ram + v->origin), v->processor.size, instruction)
  @*/
uint32_t monitor_execute(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint16_t instruction);

#endif
