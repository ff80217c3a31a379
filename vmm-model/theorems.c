/* What is proven at the level of the logic: classes of instructions, and how the virtual machine map composes. No code. */
#include "monitor.h"

/*@ // The privileged instructions trap in user mode and not in supervisor mode: on the real processor the map makes every one of them trap.
  @ lemma LPSW_privileged: third_generation_LPSW_trap(1) && !third_generation_LPSW_trap(0);
  @ lemma LRB_privileged: third_generation_LRB_trap(1) && !third_generation_LRB_trap(0);
  @ lemma HALT_privileged: third_generation_HALT_trap(1) && !third_generation_HALT_trap(0);
  @ // and they must: each is control sensitive, that is, there are states in which it changes M or R.
  @ lemma LPSW_sensitive_mode: \exists integer word; 0 <= word < 65536 && third_generation_LPSW_next_privilege(word) != 0;
  @ lemma LPSW_sensitive_base: \exists integer base, word; third_generation_LPSW_next_r_base(word) != base;
  @ lemma LRB_sensitive_base: \exists integer base, register; third_generation_LRB_next_r_base(register) != base;
  @ lemma LRB_sensitive_bound: \exists integer bound, register; third_generation_LRB_next_r_bound(register) != bound;
  @ lemma HALT_sensitive: third_generation_HALT_next_halted != 0;
  @ // A supervisor call traps in either mode, so it never runs.
  @ lemma SVC_traps: third_generation_SVC_trap;
  @*/

/*@ // The map sends nothing outside of the window.
  @ lemma window: \forall integer base, bound, words, origin, address;
        0 <= base < 65536 && 0 <= bound < 65536 && 0 <= words && 0 <= origin && origin + words <= 65536 && 0 <= address < clipped(base, bound, words) ==>
        origin <= (uint16_t)(base + origin) + address < origin + words;
  @ // Windows that are disjoint stay so under the map: what one virtual machine reaches, another does not.
  @ lemma disjoint: \forall integer base, bound, words, origin, address, other, size;
        0 <= base < 65536 && 0 <= bound < 65536 && 0 <= words && 0 <= origin && origin + words <= 65536 && 0 <= address < clipped(base, bound, words) &&
        (origin + words <= other || other + size <= origin) ==>
        !(other <= (uint16_t)(base + origin) + address < other + size);
  @*/

/*@ // Theorem 2: the map of a virtual machine in a virtual machine is the map of a virtual machine.
  @ // (The base matters only where the guest reaches anything: with base >= words the bound is 0.)
  @ lemma recursive_base: \forall integer base, words, inner, size, outer; 0 <= base < words && 0 <= inner && inner + words <= size && 0 <= outer &&
        outer + size <= 65536 ==> (uint16_t)((uint16_t)(base + inner) + outer) == (uint16_t)(base + (inner + outer));
  @ lemma recursive_bound: \forall integer base, bound, words, inner, size;
        0 <= base < 65536 && 0 <= bound < 65536 && 0 <= words && 0 <= inner && inner + words <= size <= 65536 ==>
        clipped((uint16_t)(base + inner), clipped(base, bound, words), size) == clipped(base, bound, words);
  @ lemma recursive_window: \forall integer words, inner, size, outer, count;
        0 <= inner && inner + words <= size && 0 <= outer && outer + size <= count ==> outer + inner + words <= count && outer <= outer + inner;
  @*/
