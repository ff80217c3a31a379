/* The bare machine: an instruction, and the trap that it may be. */
#ifndef POPEK_MACHINE_H
#define POPEK_MACHINE_H

#include "monitor.h"

/* The trap of the machine exchanges the program status word. Words 0 to 3 get the old one (mode, counter, base, bound), word 4 the cause (1: memory
 * trap, 2 + v: the trap with vector v), and words 8 to 11 hold the new one. Addresses are those of the whole storage, not relocated.
 * The same words say what happens to a virtual machine whose trap the monitor reflects: `s` is its virtual processor then, and `word` its window. */
#define TRAP_TAKEN(s, word, count, outcome)                                                                                                          \
    ensures saved_mode: outcome != DONE ==> word[0] == \old(s->privilege);                                                                           \
    ensures saved_counter: outcome != DONE ==> word[1] == \old(s->pc);                                                                               \
    ensures saved_base: outcome != DONE ==> word[2] == \old(s->r_base);                                                                              \
    ensures saved_bound: outcome != DONE ==> word[3] == \old(s->r_bound);                                                                            \
    ensures cause: outcome != DONE ==> word[4] == (uint16_t)outcome;                                                                                 \
    ensures loaded_mode: outcome != DONE ==> s->privilege == ((\at(word[8], Pre) & 1) == 1 ? 1 : 0);                                                 \
    ensures loaded_counter: outcome != DONE ==> s->pc == \at(word[9], Pre);                                                                          \
    ensures loaded_base: outcome != DONE ==> s->r_base == \at(word[10], Pre);                                                                        \
    ensures loaded_bound: outcome != DONE ==> s->r_bound == \at(word[11], Pre);                                                                      \
    ensures registers_kept: outcome != DONE ==> \forall integer k; 0 <= k < 8 ==> s->reg[k] == \at(s->reg[k], Pre);                                  \
    ensures halted_kept: outcome != DONE ==> s->halted == \old(s->halted);                                                                           \
    ensures storage_kept: outcome != DONE ==> third_generation_word_same{Pre, Post}(\at(word, Pre), word, 5, count);

/*@ requires processor: \valid(s);
  @ requires storage: \valid(word + (0 .. count - 1)) && \separated(s, word + (0 .. count - 1));
  @ requires large: 12 <= count;
  @ requires trap: outcome != DONE;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. 4];
  @ TRAP_TAKEN(s, word, count, outcome)
  @ ensures mode: s->privilege < 2;
  @*/
void take_trap(struct third_generation *s, uint16_t *word, uint32_t count, uint32_t outcome);

/* An instruction that is done and is no store leaves the storage as it was. */
#define STORAGE_SAME(word, count)                                                                                                                    \
    ensures storage_same: \result == DONE ==> third_generation_word_same{Pre, Post}(\at(word, Pre), word, 0, count);

#define MACHINE_REQUIRES(s, word, count)                                                                                                             \
    requires processor: \valid(s);                                                                                                                   \
    requires storage: \valid(word + (0 .. count - 1)) && \separated(s, word + (0 .. count - 1));                                                     \
    requires large: 12 <= count <= 65536;                                                                                                            \
    requires size: s->size == count;                                                                                                                 \
    requires modes: s->privilege < 2;

/* A whole step of the bare machine, by instruction: what the description says, or the trap. Each returns which of the two it was. */
/*@ MACHINE_REQUIRES(s, word, count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, s->reg[0 .. 7], word[0 .. 4];
  @ third_generation_LD_OUTCOME(s, word, count, d, a)
  @ third_generation_LD_NEXT(s, word, count, d, a)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_LD(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t d, uint8_t a);

/*@ MACHINE_REQUIRES(s, word, count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. count - 1];
  @ third_generation_ST_OUTCOME(s, word, count, d, a)
  @ third_generation_ST_NEXT(s, word, count, d, a)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_ST(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t d, uint8_t a);

/*@ MACHINE_REQUIRES(s, word, count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, s->reg[0 .. 7], word[0 .. 4];
  @ third_generation_ADD_OUTCOME(s, d, a)
  @ third_generation_ADD_NEXT(s, d, a)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_ADD(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t d, uint8_t a);

/*@ MACHINE_REQUIRES(s, word, count)
  @ requires a_range: a < 8;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. 4];
  @ third_generation_JMP_OUTCOME(s, a)
  @ third_generation_JMP_NEXT(s, a)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_JMP(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t a);

/*@ MACHINE_REQUIRES(s, word, count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. 4];
  @ third_generation_BZ_OUTCOME(s, d, a)
  @ third_generation_BZ_NEXT(s, d, a)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_BZ(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t d, uint8_t a);

/*@ MACHINE_REQUIRES(s, word, count)
  @ requires a_range: a < 8;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. 4];
  @ third_generation_LPSW_OUTCOME(s, word, count, a)
  @ third_generation_LPSW_NEXT(s, word, count, a)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_LPSW(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t a);

/*@ MACHINE_REQUIRES(s, word, count)
  @ requires a_range: a < 8;
  @ requires b_range: b < 8;
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. 4];
  @ third_generation_LRB_OUTCOME(s, a, b)
  @ third_generation_LRB_NEXT(s, a, b)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_LRB(struct third_generation *s, uint16_t *word, uint32_t count, uint8_t a, uint8_t b);

/*@ MACHINE_REQUIRES(s, word, count)
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. 4];
  @ third_generation_SVC_OUTCOME(s)
  @ third_generation_SVC_NEXT(s)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_SVC(struct third_generation *s, uint16_t *word, uint32_t count);

/*@ MACHINE_REQUIRES(s, word, count)
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, s->halted, word[0 .. 4];
  @ third_generation_HALT_OUTCOME(s)
  @ third_generation_HALT_NEXT(s)
  @ STORAGE_SAME(word, count)
  @ TRAP_TAKEN(s, word, count, \result)
  @*/
uint32_t machine_HALT(struct third_generation *s, uint16_t *word, uint32_t count);

#endif
