/* Random programs of integer instructions for the bare machine. */
#ifndef POPEK_TESTS_RANDOM_CODE_H
#define POPEK_TESTS_RANDOM_CODE_H

#include <stddef.h>
#include <stdint.h>

/* A multiboot kernel that executes about `count` random integer instructions on registers and a block of data, and ends the run. Returns its size, at
 * most `room`. */
size_t random_code(uint8_t *bytes, size_t room, unsigned count, uint64_t seed);

#endif
