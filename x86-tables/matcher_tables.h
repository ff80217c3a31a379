/* The compiled decision tables. Internal to the matcher. */
#ifndef POPEK_MATCHER_TABLES_H
#define POPEK_MATCHER_TABLES_H

#include "encoding.h"

/* Opcode maps: legacy 0 to 3, VEX and EVEX 1 to 7, XOP 8 to 10. */
#define SPACE_COUNT 23u
#define SPACE_NONE 0xFFu

enum candidate_flag {
    CANDIDATE_R_ONE = 1 << 0,
    CANDIDATE_R_ZERO = 1 << 1,
    CANDIDATE_B_ZERO = 1 << 2, /* 90 without REX.B */
    CANDIDATE_SUFFIX = 1 << 3,
    CANDIDATE_SELECTS = CANDIDATE_R_ONE | CANDIDATE_R_ZERO | CANDIDATE_B_ZERO | CANDIDATE_SUFFIX,
    CANDIDATE_OFFSET = 1 << 4, /* moffs */
    CANDIDATE_LOCK = 1 << 5,
    CANDIDATE_SIB = 1 << 6,
    CANDIDATE_REGISTERS = 1 << 7, /* numbers must be checked */
    CANDIDATE_CHECKS = CANDIDATE_SIB | CANDIDATE_REGISTERS,
    CANDIDATE_VVVV = 1 << 8,
    CANDIDATE_VSIB = 1 << 9,
    CANDIDATE_GATHER = 1 << 10,
    CANDIDATE_MASK = 1 << 11,
    CANDIDATE_ZERO = 1 << 12,
    CANDIDATE_NEEDS_MASK = 1 << 13,
    CANDIDATE_BROADCAST = 1 << 14,
    CANDIDATE_ROUNDING = 1 << 15,
    CANDIDATE_MEMORY_WRITTEN = 1 << 16,
    CANDIDATE_TILES = 1 << 17
};

#define ANY_RM 0xFFu
/* `states` has a bit for each combination of prefixes (see the state functions below): set where the form is meant. */
struct candidate {
    uint32_t states;
    uint32_t flags;
    uint16_t form;
    uint8_t rm; /* fixed ModRM.rm, or ANY_RM */
    uint8_t immediate_size;
    uint8_t suffix;
    uint8_t specificity;
};

struct slot {
    uint16_t first, count;
};

enum entry_flag { ENTRY_MODRM = 1, ENTRY_GROUP = 2, ENTRY_SUFFIX = 4, ENTRY_REGISTER = 8 /* registers, whatever mod says */ };
struct entry {
    uint16_t slot; /* 0: none; ENTRY_GROUP: the first of 16, by mod == 3 and reg */
    uint8_t flags;
};

struct mode_table {
    struct entry entries[SPACE_COUNT][256];
    struct slot *slots;
    struct candidate *candidates;
    size_t slot_count, candidate_count;
};

/* What a byte is where an opcode may stand. */
enum byte_kind {
    BYTE_OPCODE,
    BYTE_ESCAPE,
    BYTE_VEX2,
    BYTE_VEX3,
    BYTE_EVEX,
    BYTE_XOP,
    BYTE_REX,
    BYTE_66,
    BYTE_67,
    BYTE_LOCK,
    BYTE_F2,
    BYTE_F3,
    BYTE_SEGMENT /* and the five after it */
};

struct form_rules {
    struct operand_rule operands[MATCHER_OPERANDS];
    struct immediate_field fields[ENCODING_FIELDS];
    uint8_t operand_count, field_count;
    uint8_t tuple_bytes;
};

struct matcher {
    uint8_t kinds[2][256]; /* [1]: in 64-bit mode */
    uint8_t code_size[MATCHER_MODE_COUNT];
    struct mode_table *modes[MATCHER_MODE_COUNT];
    struct form_rules *rules;
    size_t form_count;
};

static inline unsigned legacy_state(unsigned repeat, unsigned has_66, unsigned w, unsigned has_67) {
    return repeat << 3 | has_66 << 2 | w << 1 | has_67; /* repeat: 0, 1 F2, 2 F3 */
}
static inline unsigned vector_state(unsigned pp, unsigned length, unsigned w) { return pp << 3 | length << 1 | w; }

static inline unsigned space_of(unsigned scheme, unsigned map) {
    static const uint8_t first[] = {0, 4, 12, 20};
    static const uint8_t low[] = {0, 1, 1, 8};
    static const uint8_t high[] = {3, 7, 7, 10};
    return map < low[scheme] || map > high[scheme] ? SPACE_NONE : first[scheme] + (scheme == SCHEME_XOP ? map - 8 : map);
}

/* matcher_states.c: the prefix combinations in which the form is meant in code of so many bits. */
uint32_t encoding_states(const struct encoding *e, unsigned code_size);
/* matcher_modes.c: the table of one mode; false when memory is exhausted. */
bool mode_table_fill(struct mode_table *t, const struct encoding *encodings, const struct matcher_form *forms, size_t count, enum matcher_mode mode,
                     unsigned code_size);
/* matcher_operands.c */
unsigned operand_register(const struct operand_rule *rule, const struct decoded *d);
/* matcher_reasons.c: why no form fits; `selected` says whether the ModRM byte is known. */
enum matcher_reason matcher_explain(const struct matcher *m, const struct decoded *d, unsigned space, unsigned state, bool selected);
/* matcher_checks.c: what makes a selected form invalid, MATCHER_MATCHED when nothing does. */
enum matcher_reason matcher_check(const struct matcher *m, const struct candidate *c, const struct decoded *d);

static inline const struct slot *entry_slot(const struct mode_table *t, const struct entry *e, unsigned modrm) {
    bool is_register = modrm >= 0xC0 || (e->flags & ENTRY_REGISTER) != 0;
    unsigned index = (e->flags & ENTRY_GROUP) == 0 ? 0 : (is_register ? 8u : 0u) | (modrm >> 3 & 7u);
    return &t->slots[e->slot + index];
}
static inline bool candidate_fits(const struct candidate *c, unsigned state, unsigned rm) {
    return (c->states >> state & 1u) != 0 && (c->rm == ANY_RM || c->rm == rm);
}

#endif
