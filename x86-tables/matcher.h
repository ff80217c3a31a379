/* Which instruction form are these bytes? Decision tables compiled from the encodings of the forms; decoding itself allocates nothing. */
#ifndef POPEK_MATCHER_H
#define POPEK_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct isa;
struct matcher;

/* The operating modes of the x86 tables. */
enum matcher_mode { MATCHER_REAL, MATCHER_V86, MATCHER_PROTECTED16, MATCHER_PROTECTED, MATCHER_COMPATIBILITY, MATCHER_LONG, MATCHER_MODE_COUNT };
const char *matcher_mode_name(enum matcher_mode mode);
/* 16, 32 or 64: the default operand and address size of its code. */
unsigned matcher_code_size(enum matcher_mode mode);
/* A mode by name; also "16" (protected16), "32" (protected) and "64" (long). Returns false when there is none. */
bool matcher_find_mode(const char *name, enum matcher_mode *mode);

/* One form as the tables have it. */
struct matcher_form {
    const char *pattern;  /* text with placements: "VMOVSS xmm, xmm, xmm@rm" */
    const char *encoding; /* "" : not matched */
    unsigned modes;       /* bit i: valid in enum matcher_mode i */
};

/* NULL after an error: *message (free it) says which form is bad and why, or is NULL when memory is exhausted. The strings are not kept. */
struct matcher *matcher_new(const struct matcher_form *forms, size_t count, char **message);
/* The forms of an ISA whose operating modes have the names above; form numbers are those of isa->forms. */
struct matcher *matcher_of_isa(const struct isa *isa, char **message);
void matcher_free(struct matcher *m);
/* Pairs of forms that the same bytes match, neither being more special: defects of the tables. Calls `visit` for each; returns how many. */
size_t matcher_ambiguities(const struct matcher *m, void (*visit)(void *context, enum matcher_mode mode, unsigned first, unsigned second),
                           void *context);

enum matcher_reason {
    MATCHER_MATCHED,
    MATCHER_TRUNCATED,         /* the bytes end before the instruction does */
    MATCHER_TOO_LONG,          /* #GP; all others but the first two are #UD */
    MATCHER_NO_OPCODE,         /* no form has this opcode (or opcode extension) */
    MATCHER_NOT_IN_MODE,       /* a form of another operating mode */
    MATCHER_MEMORY_ONLY,       /* the register form does not exist */
    MATCHER_REGISTER_ONLY,     /* the memory form does not exist */
    MATCHER_WRONG_PREFIX,      /* no form with these mandatory prefixes, this operand or address size, vector length or W */
    MATCHER_LOCK,              /* LOCK is not allowed */
    MATCHER_PREFIX_BEFORE_VEX, /* 66, F2, F3, LOCK or REX before VEX, EVEX or XOP */
    MATCHER_VVVV,              /* vvvv (and EVEX.V') must be all ones when unused */
    MATCHER_EVEX_RESERVED,     /* fixed bits of EVEX */
    MATCHER_EVEX_BROADCAST,    /* EVEX.b without broadcast or rounding */
    MATCHER_EVEX_MASK,         /* opmask or zeroing where there is none, or no opmask where one is needed */
    MATCHER_NO_REGISTER,       /* the number names no register: k8, bnd4, cr9, ... */
    MATCHER_NO_INDEX,          /* a SIB byte is needed */
    MATCHER_REGISTER_CONFLICT, /* registers of a gather or a tile operation must differ */
    MATCHER_REASON_COUNT
};
const char *matcher_reason_text(enum matcher_reason reason);
const char *matcher_reason_name(enum matcher_reason reason); /* "truncated", for programs */

enum matcher_prefix { PREFIX_66 = 1, PREFIX_67 = 2, PREFIX_LOCK = 4, PREFIX_F2 = 8, PREFIX_F3 = 16 };
enum matcher_scheme { SCHEME_LEGACY, SCHEME_VEX, SCHEME_EVEX, SCHEME_XOP };
#define MATCHER_NONE 0xFFu

/* Register bits are kept as positive numbers, whichever prefix they come from: 8 for R, X, B, 16 for R' and V'. */
struct decoded {
    uint32_t form;  /* of MATCHER_MATCHED, and of MATCHER_LOCK and later: which form it would have been; UINT32_MAX: none */
    uint8_t reason; /* enum matcher_reason */
    uint8_t length; /* of MATCHER_MATCHED */
    uint8_t mode;   /* enum matcher_mode */
    uint8_t prefixes;
    uint8_t repeat;  /* 0xF2 or 0xF3, the last one; 0: none */
    uint8_t segment; /* override, in the order of the manual (ES CS SS DS FS GS); MATCHER_NONE */
    uint8_t rex;     /* the byte, 0: none in effect */
    uint8_t scheme;  /* enum matcher_scheme */
    uint8_t map, opcode;
    uint8_t w, vector_length, vvvv, mask, zeroing, broadcast; /* vector_length: 0 128, 1 256, 2 512 */
    uint8_t reg_high, index_high, base_high, rm_vector_high;  /* 8 and 16; the last one for vector registers in rm */
    uint8_t has_modrm, modrm, has_sib, sib;
    uint8_t opcode_at, displacement_at, displacement_size, immediate_at, immediate_size;
    uint8_t address_size; /* 16, 32, 64 */
    int32_t displacement;
    uint64_t immediate; /* all immediate bytes, the first one lowest; moffs also */
};

/* Decodes the first instruction. True when it matched; never reads beyond `size` bytes. */
bool matcher_decode(const struct matcher *m, enum matcher_mode mode, const uint8_t *bytes, size_t size, struct decoded *d);

enum matcher_operand_kind { OPERAND_REGISTER, OPERAND_MEMORY, OPERAND_IMMEDIATE, OPERAND_RELATIVE, OPERAND_FAR_POINTER };
enum matcher_class {
    REGISTER_NONE,
    REGISTER_GENERAL_8, /* numbers 4..7 are AH..BH without REX, see `high_byte` */
    REGISTER_GENERAL_16,
    REGISTER_GENERAL_32,
    REGISTER_GENERAL_64,
    REGISTER_MM,
    REGISTER_XMM,
    REGISTER_YMM,
    REGISTER_ZMM,
    REGISTER_TILE,
    REGISTER_MASK,
    REGISTER_X87,
    REGISTER_BOUND,
    REGISTER_SEGMENT,
    REGISTER_CONTROL,
    REGISTER_DEBUG,
    REGISTER_INSTRUCTION_POINTER
};
const char *matcher_class_name(enum matcher_class c);

struct matcher_operand {
    uint8_t kind;               /* enum matcher_operand_kind */
    uint8_t class, number;      /* REGISTER */
    bool high_byte;             /* REGISTER: AH CH DH BH, number is 4..7 */
    uint8_t mask;               /* opmask register of this operand, 0: none */
    uint8_t base_class, base;   /* MEMORY: REGISTER_NONE when absent */
    uint8_t index_class, index; /* a vector class for VSIB */
    uint8_t scale;              /* 1, 2, 4, 8 */
    uint8_t segment;            /* the one in effect */
    uint16_t bits;              /* of MEMORY (0: not said by the form), IMMEDIATE, RELATIVE */
    uint16_t selector;          /* FAR_POINTER */
    int64_t value;              /* displacement (with disp8*N applied), immediate (sign-extended), distance, or offset */
};
#define MATCHER_OPERANDS 8u
/* The operands of a matched instruction in the order of the form's text; returns how many, at most MATCHER_OPERANDS. */
size_t matcher_operands(const struct matcher *m, const struct decoded *d, struct matcher_operand operands[MATCHER_OPERANDS]);

#endif
