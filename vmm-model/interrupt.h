/* The virtual timer: interrupts from outside, delivered to the bare machine and, by the monitor, to a virtual machine.
 *
 * The description of the machine has no timer; this one stands beside it, as a device does. It counts the instructions that its machine executes, so
 * it is a *virtual* timer: what the monitor does in between takes no time of the guest. When the count is over, an interrupt is due. It is held while
 * the machine is in supervisor mode and comes before the next instruction in user mode: that takes the place of an interrupt mask, which the machine
 * does not have. An interrupt is the trap of the machine, with a cause of its own. */
#ifndef POPEK_INTERRUPT_H
#define POPEK_INTERRUPT_H

#include "dispatcher.h"

#define TIMER_VECTOR 255u
#define TIMER_INTERRUPT (third_generation_TRAP + TIMER_VECTOR)

struct timer {
    uint32_t interval; /* guest instructions from one interrupt to the next; 0: no timer */
    uint32_t left;     /* until an interrupt is due; at most `interval` */
};

/* The same words for both machines, `s` and `word` being the virtual processor and the window for the monitor: when an interrupt is delivered, that
 * it is a trap as any other, and that nothing happens otherwise. */
#define TIMER_DELIVERED(s, word, count, t)                                                                                                           \
    ensures truth: \result == TIMER_INTERRUPT || \result == DONE;                                                                                    \
    ensures delivered: \result == TIMER_INTERRUPT <==> \old(t->interval) > 0 && \old(t->left) == 0 && \old(s->privilege) == USER &&                  \
        \old(s->halted) == 0;                                                                                                                        \
    ensures started_again: \result != DONE ==> t->left == \old(t->interval);                                                                         \
    ensures held: \result == DONE ==> t->left == \old(t->left);                                                                                      \
    ensures mode_same: \result == DONE ==> s->privilege == \old(s->privilege);                                                                       \
    ensures counter_same: \result == DONE ==> s->pc == \old(s->pc);                                                                                  \
    ensures base_same: \result == DONE ==> s->r_base == \old(s->r_base);                                                                             \
    ensures bound_same: \result == DONE ==> s->r_bound == \old(s->r_bound);                                                                          \
    ensures all_same: \result == DONE ==> third_generation_word_same{Pre, Post}(\at(word, Pre), word, 0, count);                                     \
    TRAP_TAKEN(s, word, count, \result)                                                                                                              \
    ensures mode: s->privilege < 2;

/* One instruction was executed. */
/*@ requires timer: \valid(t);
  @ assigns t->left;
  @ ensures counted: t->left == (\old(t->left) > 0 ? \old(t->left) - 1 : 0);
  @*/
void count_instruction(struct timer *t);

/* Before an instruction: delivers an interrupt that is due to the bare machine. Returns TIMER_INTERRUPT, or DONE when there is none. */
/*@ MACHINE_REQUIRES(s, word, count)
  @ requires timer: \valid(t) && \separated(t, s, word + (0 .. count - 1));
  @ assigns s->privilege, s->pc, s->r_base, s->r_bound, word[0 .. 4], t->left;
  @ TIMER_DELIVERED(s, word, count, t)
  @*/
uint32_t machine_interrupt(struct third_generation *s, uint16_t *word, uint32_t count, struct timer *t);

/* The same for a virtual machine, and nothing outside of its window changes. The monitor was entered exactly when there was an interrupt. */
/*@ DISPATCHER_REQUIRES(v, ram, ram_count)
  @ requires timer: \valid(t) && \separated(t, v, ram + (0 .. ram_count - 1));
  @ assigns v->processor.privilege, v->processor.pc, v->processor.r_base, v->processor.r_bound, v->entries, ram[v->origin .. v->origin + 4], t->left;
  @ TIMER_DELIVERED((&v->processor), (ram + v->origin), v->processor.size, t)
  @ OUTSIDE_KEPT(v, ram, ram_count)
  @ ensures efficient: \result == DONE ==> v->entries == \old(v->entries);
  @ ensures entered: \result != DONE ==> v->entries == (uint32_t)(\old(v->entries) + 1);
  @*/
uint32_t monitor_interrupt(struct virtual_machine *v, uint16_t *ram, uint32_t ram_count, struct timer *t);

#endif
