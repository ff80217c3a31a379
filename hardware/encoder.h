/* Instruction bytes from a form's encoding: the other direction of the matcher. */
#ifndef POPEK_HARDWARE_ENCODER_H
#define POPEK_HARDWARE_ENCODER_H

#include "../isa-model/isa.h"
#include "../x86-tables/matcher.h"

/* What the encoding leaves open. Registers are chosen so that operands do not overlap with each other or with what forms use implicitly. */
struct encoding_choice {
    bool memory;           /* ModRM names memory, where it may name a register too */
    uint64_t displacement; /* of memory operands; also the address of a memory operand without ModRM */
    uint64_t immediate;    /* bytes of immediates, the first one lowest; distances are kept small */
    uint16_t selector;     /* of a far pointer */
    uint32_t far_offset;
    unsigned registers; /* rotates the choice of registers */
    bool masked;        /* EVEX: with an opmask, where there may be one */
    bool decorated;     /* EVEX: with zeroing, a broadcast, or rounding of its own, where there may be */
};

/* The registers that address memory: base, and index of a vector of addresses. */
enum { ENCODER_BASE = 6, ENCODER_VECTOR_INDEX = 5 };

/* Whether ModRM may name a register, or memory; both false: there is no ModRM operand to choose. False: the encoding cannot be read. */
bool encoder_variants(const struct form *form, bool *has_register, bool *has_memory);

/* Bytes that the matcher takes for this form in this mode; false when none were found. `bytes` has room for 15. */
bool encode(const struct matcher *m, unsigned form_number, const struct form *form, enum matcher_mode mode, const struct encoding_choice *choice,
            uint8_t *bytes, size_t *length, struct decoded *decoded);

#endif
