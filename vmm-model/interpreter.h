/* The interpreter: one routine v_i for each privileged instruction, which does in the virtual machine what the instruction does in the bare one. */
#ifndef POPEK_INTERPRETER_H
#define POPEK_INTERPRETER_H

#include "monitor.h"

/* Whether the virtual processor reaches the word at this address. */
/*@ assigns \nothing;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures reaches: \result == 1 <==> base < words && address < bound && base + address < words;
  @*/
uint32_t reaches(uint16_t base, uint16_t bound, uint32_t words, uint16_t address);

/* The four words of a status word that is loaded lie in the window. */
#define LPSW_INSIDE(v, a)                                                                                                                            \
    ensures inside_0: \result == DONE ==> (uint16_t)(\old(v->processor.r_base) + \at(v->processor.reg[a], Pre)) < v->processor.size;                 \
    ensures inside_1: \result == DONE ==> (uint16_t)(\old(v->processor.r_base) + (uint16_t)(1 + \at(v->processor.reg[a], Pre))) < v->processor.size; \
    ensures inside_2: \result == DONE ==> (uint16_t)(\old(v->processor.r_base) + (uint16_t)(\at(v->processor.reg[a], Pre) + 2)) < v->processor.size; \
    ensures inside_3: \result == DONE ==> (uint16_t)(\old(v->processor.r_base) + (uint16_t)(\at(v->processor.reg[a], Pre) + 3)) < v->processor.size;

#define INTERPRETER_REQUIRES(v, ram, ram_count)                                                                                                      \
    requires machine: \valid(v);                                                                                                                     \
    requires storage: \valid(ram + (0 .. ram_count - 1)) && \separated(v, ram + (0 .. ram_count - 1));                                               \
    requires small: ram_count <= 65536;                                                                                                              \
    requires inside: v->origin + v->processor.size <= ram_count;                                                                                     \
    requires modes: v->processor.privilege == SUPERVISOR;

/*@ INTERPRETER_REQUIRES(v, ram, ram_count)
  @ requires a_range: a < 8;
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound;
  @ third_generation_LPSW_ENSURES((&v->processor), (ram + v->origin), v->processor.size, a)
  @ LPSW_INSIDE(v, a)
  @ ensures mode: v->processor.privilege < 2;
  @*/
uint32_t interpret_LPSW(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count, uint8_t a);

/*@ INTERPRETER_REQUIRES(v, ram, ram_count)
  @ requires a_range: a < 8;
  @ requires b_range: b < 8;
  @ assigns v->processor.pc, v->processor.r_base, v->processor.r_bound;
  @ third_generation_LRB_ENSURES((&v->processor), a, b)
  @*/
uint32_t interpret_LRB(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b);

/* The virtual machine halts; the real one does not. */
/*@ INTERPRETER_REQUIRES(v, ram, ram_count)
  @ assigns v->processor.pc, v->processor.halted;
  @ third_generation_HALT_ENSURES((&v->processor))
  @*/
uint32_t interpret_HALT(struct virtual_machine *v, const uint16_t *ram, uint32_t ram_count);

#endif
