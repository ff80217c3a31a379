/* Direct execution: the guest's instruction runs on the real processor, in user mode, inside of its window. */
#ifndef POPEK_DIRECT_H
#define POPEK_DIRECT_H

#include "monitor.h"

/* An access of the relocated, clipped real processor traps when the same access of the virtual processor would. */
/*@ lemma relocated_load: \forall integer base, bound, words, origin, count, address;
        0 <= base < 65536 && 0 <= bound < 65536 && 0 <= address < 65536 && 0 <= origin && 0 <= words && origin + words <= count <= 65536 ==>
        (third_generation_LD_memory_trap((uint16_t)(base + origin), clipped(base, bound, words), count, address) <==>
         third_generation_LD_memory_trap(base, bound, words, address));
  @ lemma relocated_store: \forall integer base, bound, words, origin, count, address;
        0 <= base < 65536 && 0 <= bound < 65536 && 0 <= address < 65536 && 0 <= origin && 0 <= words && origin + words <= count <= 65536 ==>
        (third_generation_ST_memory_trap((uint16_t)(base + origin), clipped(base, bound, words), count, address) <==>
         third_generation_ST_memory_trap(base, bound, words, address));
  @ // so does a fetch, which is said with a sum
  @ lemma relocated_fetch: \forall integer base, bound, words, origin, count, address;
        0 <= base < 65536 && 0 <= bound < 65536 && 0 <= address < 65536 && 0 <= origin && 0 <= words && origin + words <= count <= 65536 ==>
        ((uint16_t)(base + origin) < count && address < clipped(base, bound, words) && (uint16_t)(base + origin) + address < count <==>
         base < words && address < bound && base + address < words);
  @ // and then it reaches the same word
  @ lemma relocated_load_place: \forall integer base, bound, words, origin, count, address;
        0 <= base < 65536 && 0 <= bound < 65536 && 0 <= address < 65536 && 0 <= origin && 0 <= words && origin + words <= count <= 65536 &&
        !third_generation_LD_memory_trap(base, bound, words, address) ==>
        (uint16_t)((uint16_t)(base + origin) + address) == origin + (uint16_t)(base + address) && (uint16_t)(base + address) < words;
  @ lemma relocated_store_place: \forall integer base, bound, words, origin, count, address;
        0 <= base < 65536 && 0 <= bound < 65536 && 0 <= address < 65536 && 0 <= origin && 0 <= words && origin + words <= count <= 65536 &&
        !third_generation_ST_memory_trap(base, bound, words, address) ==>
        (uint16_t)((uint16_t)(base + origin) + address) == origin + (uint16_t)(base + address) && (uint16_t)(base + address) < words;
  @*/

/* The real storage as a whole is as it was. */
#define RAM_SAME(ram, ram_count) ensures ram_same: \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre);

/* Each: the step of the virtual machine, or the trap that the step is. The monitor is not entered, and its record of the resources stays. */
/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns v->processor.pc, v->processor.reg[0 .. 7], *host;
  @ third_generation_LD_ENSURES((&v->processor), (ram + v->origin), v->processor.size, d, a)
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_LD(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns v->processor.pc, v->processor.reg[0 .. 7], *host, ram[0 .. ram_count - 1];
  @ third_generation_ST_ENSURES((&v->processor), (ram + v->origin), v->processor.size, d, a)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures ram_elsewhere: \let place = third_generation_ST_write_0_place(\old(v->processor.r_base), \at(v->processor.reg[a], Pre));
        \result == DONE ==> \forall integer k; 0 <= k < ram_count && k != v->origin + place ==> ram[k] == \at(ram[k], Pre);
  @ ensures registers_kept: \result != DONE ==> \forall integer k; 0 <= k < 8 ==> v->processor.reg[k] == \at(v->processor.reg[k], Pre);
  @ ensures ram_kept: \result != DONE ==> \forall integer k; 0 <= k < ram_count ==> ram[k] == \at(ram[k], Pre);
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_ST(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns v->processor.pc, v->processor.reg[0 .. 7], *host;
  @ third_generation_ADD_ENSURES((&v->processor), d, a)
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_ADD(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires a_range: a < 8;
  @ assigns v->processor.pc, v->processor.reg[0 .. 7], *host;
  @ third_generation_JMP_ENSURES((&v->processor), a)
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_JMP(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires d_range: d < 8;
  @ requires a_range: a < 8;
  @ assigns v->processor.pc, v->processor.reg[0 .. 7], *host;
  @ third_generation_BZ_ENSURES((&v->processor), d, a)
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_BZ(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t d, uint8_t a);

/* A supervisor call traps in either mode. */
/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ assigns *host;
  @ third_generation_SVC_ENSURES((&v->processor))
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_SVC(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count);

/* The privileged instructions trap on the real processor, whatever the virtual mode is. */
/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires a_range: a < 8;
  @ assigns *host;
  @ ensures traps: \result == PRIVILEGED_TRAP;
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_LPSW(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ requires a_range: a < 8;
  @ requires b_range: b < 8;
  @ assigns *host;
  @ ensures traps: \result == PRIVILEGED_TRAP;
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_LRB(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count, uint8_t a, uint8_t b);

/*@ MONITOR_REQUIRES(v, host, ram, ram_count)
  @ assigns *host;
  @ ensures traps: \result == PRIVILEGED_TRAP;
  @ RAM_SAME(ram, ram_count)
  @ MAPPED_RESOURCES(v, host)
  @*/
uint32_t run_HALT(struct virtual_machine *v, struct third_generation *host, uint16_t *ram, uint32_t ram_count);

#endif
