/* The assembler of the teaching machines. Mnemonics, operands and encodings are those of the description. */
#ifndef POPEK_ASSEMBLER_H
#define POPEK_ASSEMBLER_H

#include "guest.h"
#include "target.h"

/* Assembles `size` bytes of text; `path` is for messages. False: `*messages` (the caller frees it) holds lines `path:line:column: error: ...`, each
 * followed by the line and a caret; NULL: out of memory.
 *
 *     label: LD r1, r2        an instruction; operands are r0 to r7, or numbers
 *            .org 0x20        what follows lies from there on, in words
 *            .word 1, label+2 words
 *            .space 4         words that stay zero
 *            .equ name, 12    a name for a number
 *            .timer 50        a timer interrupt every 50 instructions
 *
 * `;` and `#` begin a comment. A number is decimal, or hexadecimal with 0x, or a name, or `.` for the current word, or a sum or difference of these.
 */
bool assemble(const struct target *t, const char *path, const char *text, size_t size, struct guest *g, char **messages);

#endif
