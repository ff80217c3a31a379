/* The contract of `doubled`, in words that are not those that are proven. */
#include <stdint.h>

/*@ requires small: x < 1000;
  @ assigns \nothing;
  @ ensures doubled: \result == x * 3;
  @*/
uint32_t doubled(uint32_t x);

/*@ assigns \nothing;
  @ ensures six: \result == 6;
  @*/
uint32_t six(void) { return doubled(2u); }
