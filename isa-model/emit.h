/* Other readings of an ISA: executable C, ACSL for Frama-C, and SMT-LIB 2, all from the same terms. */
#ifndef POPEK_EMIT_H
#define POPEK_EMIT_H

#include "isa.h"

#include <stdio.h>

/* What is written, for an ISA named `isa`:
 *
 * C: `struct isa` with one unsigned integer for each scalar leaf (a truth value is 0 or 1) and an array for each small array; and for each form and
 * mode a function `isa_FORM` (`isa_FORM_MODE` when there are several modes) that executes one step in place:
 *
 *     uint32_t isa_FORM(struct isa *s, ARRAYS, OPERANDS, CHOICES, ARGUMENT)
 *
 * It returns isa_DONE, isa_MEMORY_TRAP, or isa_TRAP + vector; the state changes only when it is done. Parameters, each only where the form needs it:
 *   ARRAYS    relocated memory `T *word, uint32_t word_count`: the storage that the place of an access is an index of, the caller sees to it that
 *             no place that can be reached is outside; other arrays with more than 1024 elements: `struct isa_NAME *NAME`, a list of elements.
 *   OPERANDS  by value when they are read only, else by pointer.
 *   CHOICES   `length`, and a value for each `undefined` result.
 *   ARGUMENT  `uint64_t *argument`, the arguments of the trap, written only when it traps.
 *
 * ACSL: the same types, and for each form a predicate `isa_FORM_memory_trap`, a predicate `isa_FORM_trap`, a logic function for the next value of
 * each component that the form can change (`isa_FORM_next_NAME`) and for the index and value of each element that it writes. Each takes what it
 * depends on and nothing else, as integers; an element that is read is a parameter too. Then a macro `isa_FORM_ENSURES(PARAMETERS)`, the step as
 * postconditions, one a component (made of _OUTCOME, _NEXT and _KEPT: whether it traps, what it does, what a trap leaves), and the prototype with a
 * contract made of it. Another program that does the same step, such as a monitor that does it for a virtual machine, is given the same
 * postconditions over its own state.
 *
 * SMT-LIB 2: the same values as `define-fun`s over bit-vectors.
 *
 * `mode`: only this operating mode; -1: all. False: out of memory, or the stream is in error. The pool of the isa grows. */
bool emit_c(FILE *out, struct isa *isa, int mode);
bool emit_acsl(FILE *out, struct isa *isa, int mode);
bool emit_smt2(FILE *out, struct isa *isa, int mode);
/* The C of every form behind one signature, with a table of forms (emitted.h), in files that are compiled separately: part 0 has the table, parts 1
 * to `parts` have the steps. Forms that mean the same share one step. False also when there is no such part. */
bool emit_c_table(FILE *out, struct isa *isa, int mode, unsigned part, unsigned parts);
/* The types alone, as they are in the parts of the table, for programs that look into the state; with a number for each array that is not in the
 * struct: `#define isa_ARRAY_NAME` its component. */
bool emit_c_types(FILE *out, struct isa *isa);

/* What a monitor's handlers are written and proven against, of the first profile that says what it emulates (docs/emit.md): the virtual processor,
 * the gate to its arrays, and for each form and mode a prototype with a contract. And the table through which handlers are compared with emitted
 * steps (emitted_handlers.h). False also when there is no such profile, or a value does not fit; `problem` says what, or is empty. */
bool emit_handlers(FILE *out, struct isa *isa, char problem[200]);
bool emit_handlers_table(FILE *out, struct isa *isa, char problem[200]);
/* Handlers of all forms of an instruction, made from the tables, to be proven against what emit_handlers writes. */
bool emit_handler_code(FILE *out, struct isa *isa, const char *instruction, char problem[200]);

/* `text` as an identifier of C and ACSL, into `name` of `size` bytes. */
void emit_identifier(const char *text, char *name, size_t size);

#define EMIT_INLINE_INDEX_WIDTH 10u /* arrays with wider indices are not members of the struct */

#endif
