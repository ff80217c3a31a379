/* An instruction form's encoding, parsed. Internal to the matcher. */
#ifndef POPEK_ENCODING_H
#define POPEK_ENCODING_H

#include "matcher.h"

enum prefix_rule { PREFIX_ANY, PREFIX_NONE, PREFIX_NO_REPEAT, PREFIX_NEEDS_66, PREFIX_NEEDS_F2, PREFIX_NEEDS_F3 };
enum default_size { SIZE_PLAIN, SIZE_D64, SIZE_F64 };
enum modrm_rule { MODRM_NO, MODRM_ANY, MODRM_DIGIT, MODRM_BYTE, MODRM_BYTE_REGISTER };
enum mod_rule { MOD_ANY, MOD_MEMORY, MOD_REGISTER };
enum bit_rule { BIT_ANY, BIT_ZERO, BIT_ONE };
enum operand_place { PLACE_NOWHERE, PLACE_FIXED, PLACE_REG, PLACE_RM, PLACE_VVVV, PLACE_IS4, PLACE_OPCODE, PLACE_IMMEDIATE };
enum immediate_kind { IMMEDIATE_PLAIN, IMMEDIATE_RELATIVE, IMMEDIATE_FAR, IMMEDIATE_OFFSET, IMMEDIATE_REGISTER };

struct immediate_field {
    uint8_t kind; /* enum immediate_kind */
    uint8_t size; /* bytes; of IMMEDIATE_OFFSET 0: as wide as an address */
};

struct operand_rule {
    uint8_t kind;          /* enum matcher_operand_kind of the register or immediate reading */
    uint8_t class;         /* enum matcher_class, REGISTER_NONE: memory only */
    uint8_t place;         /* enum operand_place */
    uint8_t fixed;         /* PLACE_FIXED: register number or constant */
    uint8_t index_class;   /* VSIB: class of the index */
    uint8_t field;         /* PLACE_IMMEDIATE: which */
    bool memory;           /* may be, or is, memory */
    bool masked, zeroable; /* {k}, {z} */
    uint16_t memory_bits;  /* 0: not said */
    uint16_t element_bits; /* broadcast or VSIB element, 0: none */
    uint16_t bits;         /* immediates as the text says */
};

#define ENCODING_FIELDS 3u
struct encoding {
    uint8_t scheme;         /* enum matcher_scheme */
    uint8_t map, opcode;    /* map: 0 none, 1 0F, 2 0F38, 3 0F3A, 5, 6, 7, 8, 9, 10 */
    uint8_t prefix;         /* enum prefix_rule; VEX: also says pp */
    uint8_t operand_size;   /* 16, 32, 64, 0: any */
    uint8_t address_size;   /* the same */
    uint8_t default_size;   /* enum default_size */
    uint8_t w, r;           /* enum bit_rule */
    uint8_t vector_lengths; /* bit i: L = i is allowed */
    bool plus_r;            /* the opcode's low bits are a register */
    uint8_t modrm, mod;     /* enum modrm_rule, mod_rule */
    uint8_t modrm_byte;     /* MODRM_BYTE*, or the digit << 3 */
    bool vsib, sib;         /* index needed, SIB needed */
    bool lock, no_66;
    bool has_suffix;
    uint8_t suffix;
    struct immediate_field fields[ENCODING_FIELDS];
    uint8_t field_count;
    struct operand_rule operands[MATCHER_OPERANDS];
    uint8_t operand_count;
    bool rounding;       /* {er} or {sae} */
    bool gather;         /* a vector is read through VSIB into a register */
    uint8_t tuple_bytes; /* N of disp8*N */
};

/* What is wrong, NULL when nothing is. */
const char *encoding_parse(const char *text, struct encoding *e);
/* Operands of the form's text and where they are encoded; after encoding_parse. */
const char *encoding_place_operands(const char *pattern, struct encoding *e);
/* The static part of an operand from one word of the text; the place is PLACE_NOWHERE when the rules have to find it. */
const char *operand_word_parse(const char *word, size_t size, struct operand_rule *rule);

#endif
