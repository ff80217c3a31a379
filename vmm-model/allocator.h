/* The allocator: which words of the real storage belong to which virtual machine. No word is given to two. */
#ifndef POPEK_ALLOCATOR_H
#define POPEK_ALLOCATOR_H

#include "monitor.h"

struct allocator {
    uint32_t next;  /* the first word that belongs to nobody */
    uint32_t count; /* words of real storage */
};

/* What may be given away starts behind the monitor's own `reserved` words. */
/*@ requires record: \valid(s);
  @ requires words: reserved <= count <= 65536;
  @ assigns *s;
  @ ensures next: s->next == reserved;
  @ ensures count: s->count == count;
  @*/
void allocator_start(struct allocator *s, uint32_t reserved, uint32_t count);

/* Gives `words` words to a virtual machine and says where they start. 0: there are not so many, or too few for a machine, and nothing changes.
 * Windows given out one after the other lie one behind the other: each begins where nothing was given yet, and ends before the next begins. */
/*@ requires records: \valid(s) && \valid(origin) && \separated(s, origin);
  @ requires sound: s->next <= s->count <= 65536;
  @ assigns s->next, *origin;
  @ ensures truth: \result == 0 || \result == 1;
  @ ensures given: \result == 1 <==> 12 <= words <= \old(s->count) - \old(s->next);
  @ ensures fresh: \result == 1 ==> *origin == \old(s->next) && s->next == *origin + words;
  @ ensures inside: \result == 1 ==> *origin + words <= s->count;
  @ ensures kept: \result == 0 ==> s->next == \old(s->next) && *origin == \old(*origin);
  @ ensures still_sound: s->next <= s->count;
  @*/
uint32_t allocate(struct allocator *s, uint32_t words, uint32_t *origin);

/* Makes a virtual machine as a bare machine is when it is switched on: supervisor mode, all of its storage, registers 0. */
/*@ requires machine: \valid(v);
  @ requires words: words <= 65536;
  @ assigns *v;
  @ ensures place: v->origin == origin && v->processor.size == words;
  @ ensures mode: v->processor.privilege == SUPERVISOR;
  @ ensures resources: v->processor.r_base == 0 && v->processor.r_bound == (words == 65536 ? 65535 : words);
  @ ensures running: v->processor.halted == 0 && v->processor.pc == 12;
  @ ensures registers: \forall integer k; 0 <= k < 8 ==> v->processor.reg[k] == 0;
  @*/
void switch_on(struct virtual_machine *v, uint32_t origin, uint32_t words);

#endif
