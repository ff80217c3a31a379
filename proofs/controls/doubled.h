/* A function, its contract, and a lemma about it. */
#ifndef POPEK_DOUBLED_H
#define POPEK_DOUBLED_H

#include <stdint.h>

#define DOUBLE(x) ((x) * 2)

/*@ lemma grows: \forall integer x; x > 0 ==> DOUBLE(x) > x; */

/*@ requires small: x < 1000;
  @ assigns \nothing;
  @ ensures doubled: \result == DOUBLE(x);
  @*/
uint32_t doubled(uint32_t x);

#endif
