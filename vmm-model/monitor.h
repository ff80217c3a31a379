/* The monitor of the conventional third generation machine: what a virtual machine is, and what its parts ask and promise.
 *
 * Popek and Goldberg (1974) give a monitor three parts: a dispatcher, an allocator, and an interpreter routine for each privileged instruction. The
 * machine is the one of examples/isa/third_generation.isa; its types, and the contracts of its instructions, are generated from there
 * (`popek emit third_generation.isa --language acsl`). The monitor's routines promise the very postconditions that the instructions of the bare
 * machine promise, over the virtual processor and the window of the virtual machine: one step, two programs.
 *
 * The description has no timer; interrupt.h has a virtual one, which stands beside the machine. */
#ifndef POPEK_MONITOR_H
#define POPEK_MONITOR_H

#include "third_generation.h"

#define SUPERVISOR 0u
#define USER 1u
#define DONE third_generation_DONE
#define MEMORY_TRAP third_generation_MEMORY_TRAP
#define PRIVILEGED_TRAP (third_generation_TRAP + 1u)
#define SUPERVISOR_CALL (third_generation_TRAP + 2u)

#define MOST_WORDS 65536u /* an address has 16 bits */
#define TRAP_WORDS 12u    /* the words 0 to 11 of a machine belong to its trap: see machine.h */

struct virtual_machine {
    struct third_generation processor; /* the virtual processor, as the guest knows it; processor.size words are its storage */
    uint32_t origin;                   /* they lie at origin, origin + 1, ... of the real storage */
    uint32_t entries;                  /* how often the monitor was entered because this guest trapped, modulo 2^32 */
};

/*@ // What is said of words of the storage, said of the window that they lie in.
  @ lemma window_same{L1, L2}: \forall uint16_t *ram, integer origin, first, count;
        third_generation_word_same{L1, L2}(ram, ram, origin + first, origin + count) ==>
        third_generation_word_same{L1, L2}(ram + origin, ram + origin, first, count);
  @ lemma window_elsewhere{L1, L2}: \forall uint16_t *ram, integer origin, first, count, place;
        third_generation_word_elsewhere{L1, L2}(ram, ram, origin + first, origin + count, origin + place) ==>
        third_generation_word_elsewhere{L1, L2}(ram + origin, ram + origin, first, count, place);
  @*/

/* What holds of a virtual machine `v`, the real processor `host` and the real storage `ram` of `ram_count` words whenever the monitor runs. */
#define MONITOR_REQUIRES(v, host, ram, ram_count)                                                                                                    \
    requires machines: \valid(v) && \valid(host);                                                                                                    \
    requires storage: \valid(ram + (0 .. ram_count - 1));                                                                                            \
    requires apart: \separated(v, host, ram + (0 .. ram_count - 1));                                                                                 \
    requires small: ram_count <= 65536;                                                                                                              \
    requires large: 12 <= v->processor.size;                                                                                                         \
    requires inside: v->origin + v->processor.size <= ram_count;                                                                                     \
    requires modes: v->processor.privilege < 2;

/* Resource control: the words of other virtual machines and of the monitor stay what they are. */
#define OUTSIDE_KEPT(v, ram, ram_count)                                                                                                              \
    ensures below: \forall integer k; 0 <= k < v->origin ==> ram[k] == \at(ram[k], Pre);                                                             \
    ensures above: \forall integer k; v->origin + v->processor.size <= k < ram_count ==> ram[k] == \at(ram[k], Pre);

/* The map f of the paper, with R' clipped: the state of the real processor while the guest runs is a function of the virtual state. */
/*@ logic integer clipped(integer base, integer bound, integer words) = base >= words ? 0 : bound <= words - base ? bound : words - base;
  @*/
#define MAPPED_RESOURCES(v, host)                                                                                                                    \
    ensures user: host->privilege == USER;                                                                                                           \
    ensures base: host->r_base == (uint16_t)(v->processor.r_base + v->origin);                                                                       \
    ensures bound: host->r_bound == clipped(v->processor.r_base, v->processor.r_bound, v->processor.size);                                           \
    ensures running: host->halted == 0;
#define MAPPED_STORAGE(v, host)                                                                                                                      \
    ensures counter: host->pc == v->processor.pc;                                                                                                    \
    ensures registers: \forall integer k; 0 <= k < 8 ==> host->reg[k] == v->processor.reg[k];

/* relocation.c */

/* How many of the `bound` words from `base` exist in a storage of `words` words. */
/*@ requires words: words <= 65536;
  @ assigns \nothing;
  @ ensures clipped: \result == clipped(base, bound, words);
  @*/
uint16_t clip(uint16_t base, uint16_t bound, uint32_t words);

/* Loads the real processor so that the guest runs on it: user mode, relocated to its window and clipped to it. */
/*@ requires machines: \valid(v) && \valid(host) && \separated(v, host);
  @ requires inside: v->origin + v->processor.size <= ram_count;
  @ requires small: ram_count <= 65536;
  @ assigns *host;
  @ MAPPED_RESOURCES(v, host)
  @ MAPPED_STORAGE(v, host)
  @ ensures size: host->size == ram_count;
  @*/
void load_processor(const struct virtual_machine *v, struct third_generation *host, uint32_t ram_count);

/* Takes back what the guest changed while it ran: its counter and its registers. */
/*@ requires machines: \valid(v) && \valid(host) && \separated(v, host);
  @ assigns v->processor.pc, v->processor.reg[0 .. 7];
  @ MAPPED_STORAGE(v, host)
  @*/
void save_processor(struct virtual_machine *v, const struct third_generation *host);

#endif
