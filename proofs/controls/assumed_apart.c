/* Proven under the model Typed+Ref, which takes what lies behind the two pointers for two variables: nothing says that it is. */
#include <stdint.h>

/*@ requires places: \valid(a) && \valid(b);
  @ assigns *a, *b;
  @ ensures first: *a == \old(*b);
  @ ensures second: *b == (uint32_t)(\old(*a) + 1);
  @*/
void exchange(uint32_t *a, uint32_t *b) {
    uint32_t first = *a;
    *a = *b;
    *b = first + 1u;
}
