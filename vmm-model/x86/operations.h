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
