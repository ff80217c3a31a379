/* The operations that the language of the tables has, in C: what handlers that are generated from the tables are made of. A bit is 0 or 1, everything else is
 * uint64_t.
 * Macros, and `<` and `>=` of truth values where C has `&&` and `||`: so that one value is one expression for WP, without branches and calls, about which it
 * would have to prove something each. A choice is the one thing that branches. */
#ifndef POPEK_X86_OPERATIONS_H
#define POPEK_X86_OPERATIONS_H

#include "x86/handlers.h"

#define NOT(a) ((a) != 1)
#define BOTH(a, b) (((a) != 1) < ((b) == 1))
#define EITHER(a, b) (((a) == 1) >= ((b) != 1))
#define SAME(a, b) ((a) == (b))
#define DIFFER(a, b) ((a) != (b))
#define LESS(a, b) ((a) < (b))
#define BIT(a, place) ((((a) >> (place)) & 1) == 1)
#define CHOOSE(condition, a, b) ((condition) == 1 ? (a) : (b))
/* Two fields side by side: the lower one has values below `power`. */
#define JOIN(high, power, low) ((uint64_t)(high) * (power) + (uint64_t)(low))

/* Of values that are no constants. WP sorts the arguments of `&` anew in every place, so one place has to be the only one. */
/*@ assigns \nothing;
  @ ensures value: \result == x86_virtual_and(value, mask);
  @*/
static inline uint64_t both_of(uint64_t value, uint64_t mask) {
    return value & mask;
}

/*@ requires bits: 0 <= a < 2 && 0 <= b < 2 && 0 <= c < 2 && 0 <= d < 2 && 0 <= e < 2 && 0 <= f < 2 && 0 <= g < 2 && 0 <= h < 2;
  @ assigns \nothing;
  @ ensures value: \result == a * 128 + b * 64 + c * 32 + d * 16 + e * 8 + f * 4 + g * 2 + h;
  @ ensures byte: \result < 256;
  @*/
static inline uint8_t eight_bits(int a, int b, int c, int d, int e, int f, int g, int h) {
    return (uint8_t)(a * 128 + b * 64 + c * 32 + d * 16 + e * 8 + f * 4 + g * 2 + h);
}

/*@ assigns \nothing;
  @ ensures value: \result == (amount < 64 ? (uint64_t)(a << amount) : 0);
  @*/
static inline uint64_t shifted_left(uint64_t a, uint64_t amount) {
    return amount < 64 ? a << amount : 0;
}

/*@ assigns \nothing;
  @ ensures value: \result == (amount < 64 ? a >> amount : 0);
  @*/
static inline uint64_t shifted_right(uint64_t a, uint64_t amount) {
    return amount < 64 ? a >> amount : 0;
}

#endif
