/* What the handlers share. These functions have no contracts: they are put in the place of their calls before anything is proven.
 * Fields are taken out by quotient and remainder, multiplied into their places and added, not shifted, masked and ORed: the provers know what
 * that is, and the compiler makes the same of it. */
#ifndef POPEK_X86_SUPPORT_H
#define POPEK_X86_SUPPORT_H

#include "handlers.h"

#define OUTSIDE_64_BIT_MODE 0u
#define IN_64_BIT_MODE 1u

/* A field at its place in a register: signed, so that a sum has to be proven not to overflow but is not taken modulo anything. */
#define PLACED(field, place) ((int64_t)(field) * ((int64_t)1 << (place)))

/* Where a handler checks and computes much, each part is a function of its own over values, with what the tables say of it as its contract: one goal about
 * all of them is more than the provers can do. This is the contract of checks. */
#define CHECKED(form, ...) \
    ensures trap: \result >= x86_virtual_TRAP <==> x86_virtual_##form##_trap(__VA_ARGS__); \
    ensures vector: \result >= x86_virtual_TRAP ==> \result == x86_virtual_TRAP + x86_virtual_##form##_vector(__VA_ARGS__); \
    ensures outcome: \result == x86_virtual_DONE || \result >= x86_virtual_TRAP;

static inline uint8_t bit(uint64_t value, uint32_t place) {
    return (uint8_t)((value >> place) & 1);
}

/* To the next instruction. Outside 64-bit mode EIP wraps around at 32 bits. */
static inline void advance(struct x86_virtual *s, uint32_t mode, uint8_t length) {
    if (mode == IN_64_BIT_MODE) {
        s->rip = s->rip + length;
    } else {
        s->rip = (uint32_t)((uint32_t)s->rip + length);
    }
}

/* What a general register holds after a write to its lower half: outside 64-bit mode nothing sees the upper half, which stays. */
static inline uint64_t with_lower_half(uint64_t old, uint32_t mode, uint32_t value) {
    return mode == IN_64_BIT_MODE ? value : old / 0x100000000 * 0x100000000 + value;
}

#endif
