/* A teaching machine: an ISA of the kind of examples/isa/, looked at as something that can be switched on. What makes it one: 16-bit words of
 * relocated storage, a counter, modes, a relocation-bounds register, and encodings that fill one word. The semantics stay in the description. */
#ifndef POPEK_TARGET_H
#define POPEK_TARGET_H

#include "isa.h"

#define TARGET_MOST_WORDS 65536u /* an address has 16 bits */
#define TARGET_TRAP_WORDS 12u    /* words 0 to 11 belong to the trap; execution starts behind them */
#define TARGET_OPERANDS 4u
#define TARGET_COMPONENTS 64u

/* A word that is an instruction: two hexadecimal digits of the encoding in the description are the operation; a single digit is written by the
 * assembler and not looked at by the machine; the name of an operand is a digit that holds it. */
struct word_encoding {
    const struct form *form;
    uint16_t written, operation, mask; /* all digits; the operation; its bits */
    unsigned operand_count;
    unsigned place[TARGET_OPERANDS]; /* lowest bit, by operand of the form */
};

/* One scalar, or one element of a small array: what there is to see of a processor. */
struct component {
    char name[40];
    unsigned leaf, index;
};

struct target {
    const struct isa *isa;
    const struct profile *profile; /* the first: which states are user states, and the map of the monitor */
    struct word_encoding *encodings;
    size_t encoding_count;
    struct component components[TARGET_COMPONENTS];
    unsigned component_count;
    unsigned *first;                             /* by leaf: its first component; meaningless for the storage */
    unsigned storage;                            /* leaf of the relocated storage */
    unsigned counter, base, bound, halted, size; /* components */
};

/* Looks at an ISA, which must outlive the result. NULL when it is no such machine, or memory is exhausted; `*message` says why and is never freed. */
struct target *target_new(const struct isa *isa, const char **message);
void target_free(struct target *t);

/* The instruction that a word is; NULL: none, which traps with vector 0. */
const struct word_encoding *target_decode(const struct target *t, uint16_t word);
uint16_t target_operand(const struct word_encoding *e, unsigned operand, uint16_t word);
/* "LD 3, 4", or ".word 0x1234" for a word that is no instruction. */
void target_disassemble(const struct target *t, uint16_t word, char *text, size_t size);
/* The name of a component's value when it is an enumeration, else NULL. */
const char *target_value_name(const struct target *t, unsigned component, word128 value);

/* How an instruction ended. */
#define OUTCOME_DONE 0u
#define OUTCOME_MEMORY_TRAP 1u
#define OUTCOME_TRAP 2u /* and the vector */
#define OUTCOMES 258u
#define OUTCOME_TIMER 257u
/* "memory trap", "privileged_operation", "timer interrupt", ... */
const char *target_outcome_name(const struct target *t, unsigned outcome);

#endif
