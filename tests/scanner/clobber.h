/* Programs whose annotated sites overwrite registers that nobody needs there, or that somebody does. */
#ifndef POPEK_TESTS_CLOBBER_H
#define POPEK_TESTS_CLOBBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills the room of every annotated site of an ELF file with instructions that change registers and flags: of those that the record says are free all
 * that fit, or else one that is not. Returns how many were put in, SIZE_MAX when the file has no records. */
size_t clobber_sites(uint8_t *bytes, size_t size, bool needed);

#endif
