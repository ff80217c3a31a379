/* The gate: the only way of a handler to an array of the machine (descriptors, model-specific registers, what CPUID says). */
#define x86_virtual_ELEMENTS
#include "x86_virtual.h"

uint64_t x86_virtual_read(const struct x86_virtual_array *a, uint64_t index) {
    uint32_t left = a->count;
    /*@ loop invariant inside: 0 <= left <= a->count;
      @ loop invariant searched: x86_virtual_look(a, index, a->count) == x86_virtual_look(a, index, left);
      @ loop assigns left;
      @ loop variant left;
      @*/
    while (left > 0) {
        if (a->index[left - 1] == index) {
            return a->value[left - 1];
        }
        left = left - 1;
    }
    return 0;
}
