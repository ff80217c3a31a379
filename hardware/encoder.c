/* Writes prefixes, opcode, ModRM, displacement and immediates as the tables' encoding says, and has the matcher read them back. */
#include "encoder.h"

#include "../x86-tables/matcher_tables.h"

#include <string.h>

struct writer {
    const struct encoding *e;
    const struct encoding_choice *choice;
    enum matcher_mode mode;
    unsigned registers[MATCHER_OPERANDS]; /* the number of each register operand */
    bool memory;
    uint8_t bytes[32];
    size_t length;
};

static unsigned code_bits(enum matcher_mode mode) {
    return mode == MATCHER_LONG ? 64 : mode == MATCHER_PROTECTED || mode == MATCHER_COMPATIBILITY ? 32 : 16;
}

/* Operands stay clear of RAX, RCX, RDX (implicit in many forms), RSP, and the base register. Old byte registers: BL, BH, DL. */
static unsigned choose_register(const struct writer *w, unsigned class, unsigned taken) {
    static const uint8_t wide[] = {7, 5, 3, 9, 12, 15, 8, 11};
    static const uint8_t bytes[] = {3, 7, 2};
    unsigned turn = w->choice->registers + taken;
    switch (class) {
    case REGISTER_GENERAL_8:
        return bytes[turn % 3];
    case REGISTER_GENERAL_16:
    case REGISTER_GENERAL_32:
    case REGISTER_GENERAL_64:
        return w->mode == MATCHER_LONG ? wide[turn % 8] : wide[turn % 3];
    case REGISTER_XMM:
    case REGISTER_YMM:
    case REGISTER_ZMM:
        return 1 + turn % 4;
    default:
        return 1 + taken % 3;
    }
}

static void choose_registers(struct writer *w) {
    unsigned taken = 0;
    for (unsigned i = 0; i < w->e->operand_count; i++) {
        const struct operand_rule *o = &w->e->operands[i];
        w->registers[i] = o->place == PLACE_FIXED || o->place == PLACE_IMMEDIATE ? 0 : choose_register(w, o->class, taken++);
    }
}

static unsigned register_at(const struct writer *w, enum operand_place place, unsigned otherwise) {
    for (unsigned i = 0; i < w->e->operand_count; i++) {
        if (w->e->operands[i].place == place) {
            return w->registers[i];
        }
    }
    return otherwise;
}

static void put(struct writer *w, unsigned byte) {
    if (w->length < sizeof w->bytes) {
        w->bytes[w->length++] = (uint8_t)byte;
    }
}

static void put_number(struct writer *w, uint64_t number, unsigned size) {
    for (unsigned i = 0; i < size; i++) {
        put(w, (unsigned)(number >> (8 * i)) & 0xFFu);
    }
}

struct modrm_fields {
    unsigned mod, reg, rm; /* with their high bits */
    bool sib;
    unsigned index;
};

static struct modrm_fields modrm_fields(const struct writer *w, unsigned address_size) {
    const struct encoding *e = w->e;
    struct modrm_fields f = {.mod = 3, .index = 4};
    unsigned fixed = e->modrm_byte;
    f.reg = e->modrm == MODRM_ANY ? register_at(w, PLACE_REG, 0) : fixed >> 3 & 7u;
    f.rm = e->modrm == MODRM_BYTE ? fixed & 7u : register_at(w, PLACE_RM, 0);
    if (w->memory) {
        f.mod = 1;
        f.rm = address_size == 16 ? 4 : ENCODER_BASE;
        f.sib = e->sib && address_size != 16;
        f.index = e->vsib ? ENCODER_VECTOR_INDEX : 4;
    }
    return f;
}

static void put_modrm(struct writer *w, const struct modrm_fields *f) {
    put(w, f->mod << 6 | (f->reg & 7) << 3 | (f->sib ? 4 : f->rm & 7));
    if (f->sib) {
        put(w, (f->index & 7) << 3 | (f->rm & 7));
    }
    if (w->memory) {
        put(w, (unsigned)w->choice->displacement & 0x3Fu); /* one byte; EVEX counts it in operands */
    }
}

static void put_immediates(struct writer *w, unsigned address_size) {
    uint64_t plain = w->choice->immediate;
    for (unsigned i = 0; i < w->e->field_count; i++) {
        const struct immediate_field *f = &w->e->fields[i];
        switch (f->kind) {
        case IMMEDIATE_RELATIVE:
            put_number(w, 0x10 + (plain & 0x3F), f->size);
            break;
        case IMMEDIATE_FAR:
            put_number(w, w->choice->far_offset, f->size - 2u);
            put_number(w, w->choice->selector, 2);
            break;
        case IMMEDIATE_OFFSET:
            put_number(w, w->choice->displacement, f->size == 0 ? address_size / 8 : f->size);
            break;
        case IMMEDIATE_REGISTER:
            put(w, register_at(w, PLACE_IS4, 0) << 4);
            break;
        default:
            put_number(w, plain, f->size);
            plain >>= 8u * f->size % 64;
            break;
        }
    }
    if (w->e->has_suffix) {
        put(w, w->e->suffix);
    }
}

static void put_map(struct writer *w) {
    if (w->e->map > 0) {
        put(w, 0x0F);
    }
    if (w->e->map > 1) {
        put(w, w->e->map == 2 ? 0x38 : 0x3A);
    }
}

/* `state` is a combination of prefixes, see legacy_state. */
static void write_legacy(struct writer *w, unsigned state) {
    bool long_mode = w->mode == MATCHER_LONG;
    bool other_address = (state & 1) != 0;
    unsigned code = code_bits(w->mode);
    unsigned address_size = long_mode ? (other_address ? 32u : 64u) : (code == 16) == other_address ? 32u : 16u;
    struct modrm_fields f = modrm_fields(w, address_size);
    unsigned opcode_register = w->e->plus_r ? register_at(w, PLACE_OPCODE, 0) : 0;
    bool has_modrm = w->e->modrm != MODRM_NO;
    unsigned rex = (state >> 1 & 1) << 3 | (has_modrm && f.reg > 7 ? 4u : 0) | ((has_modrm && f.rm > 7) || opcode_register > 7 ? 1u : 0);
    rex |= w->e->r == BIT_ONE ? 4u : 0;
    unsigned repeat = state >> 3;
    if (other_address) {
        put(w, 0x67);
    }
    if ((state >> 2 & 1) != 0) {
        put(w, 0x66);
    }
    if (repeat != 0) {
        put(w, repeat == 1 ? 0xF2 : 0xF3);
    }
    if (rex != 0 && long_mode) {
        put(w, 0x40 | rex);
    }
    put_map(w);
    put(w, w->e->opcode | (opcode_register & 7));
    if (has_modrm) {
        put_modrm(w, &f);
    }
    put_immediates(w, address_size);
}

/* Bits of the last byte of EVEX. */
#define EVEX_ZEROING 0x80u
#define EVEX_BROADCAST 0x10u /* of registers: rounding as the length field says, without exceptions */

/* `state` as of vector_state. VEX with three bytes. `decorations`: bits of EVEX. */
static void write_vector(struct writer *w, unsigned state, unsigned mask, unsigned decorations) {
    unsigned pp = state >> 3;
    unsigned length = state >> 1 & 3;
    unsigned width = state & 1;
    bool needs_sib = w->e->sib && code_bits(w->mode) == 16; /* only addresses of 32 bits have one */
    unsigned address_size = needs_sib ? 32 : code_bits(w->mode);
    unsigned vvvv = ~register_at(w, PLACE_VVVV, 0) & 15u;
    struct modrm_fields f = modrm_fields(w, address_size);
    bool has_modrm = w->e->modrm != MODRM_NO;
    unsigned r = (has_modrm && f.reg > 7) ? 0 : 0x80u;
    unsigned b = (has_modrm && f.rm > 7) ? 0 : 0x20u;
    if (needs_sib) {
        put(w, 0x67);
    }
    if (w->e->scheme == SCHEME_EVEX) {
        put(w, 0x62);
        put(w, r | 0x40u | b | 0x10u | w->e->map);
        put(w, width << 7 | vvvv << 3 | 4u | pp);
        put(w, length << 5 | 8u | mask | decorations);
    } else {
        put(w, w->e->scheme == SCHEME_XOP ? 0x8F : 0xC4);
        put(w, r | 0x40u | b | w->e->map);
        put(w, width << 7 | vvvv << 3 | length << 2 | pp);
    }
    put(w, w->e->opcode);
    if (has_modrm) {
        put_modrm(w, &f);
    }
    put_immediates(w, address_size);
}

static bool parse(const struct form *form, struct encoding *e) {
    return form->encoding[0] != '\0' && encoding_parse(form->encoding, e) == NULL && encoding_place_operands(form->pattern, e) == NULL;
}

bool encoder_variants(const struct form *form, bool *has_register, bool *has_memory) {
    struct encoding e;
    *has_register = *has_memory = false;
    if (!parse(form, &e)) {
        return false;
    }
    if (e.modrm == MODRM_ANY || e.modrm == MODRM_DIGIT) {
        *has_register = e.mod != MOD_MEMORY;
        *has_memory = e.mod != MOD_REGISTER;
        for (unsigned i = 0; i < e.operand_count; i++) { /* some have a register there whatever mod says */
            *has_memory = *has_memory && (e.operands[i].place != PLACE_RM || e.operands[i].memory);
        }
    }
    return true;
}

bool encode(const struct matcher *m, unsigned form_number, const struct form *form, enum matcher_mode mode, const struct encoding_choice *choice,
            uint8_t *bytes, size_t *length, struct decoded *decoded) {
    struct encoding e;
    if (!parse(form, &e)) {
        return false;
    }
    struct writer w = {.e = &e, .choice = choice, .mode = mode};
    w.memory = e.mod == MOD_MEMORY || (e.mod == MOD_ANY && choice->memory && (e.modrm == MODRM_ANY || e.modrm == MODRM_DIGIT));
    choose_registers(&w);
    uint32_t states = encoding_states(&e, code_bits(mode));
    static const unsigned decorations[] = {EVEX_ZEROING | EVEX_BROADCAST, EVEX_BROADCAST, EVEX_ZEROING, 0};
    bool decorated = choice->decorated && e.scheme == SCHEME_EVEX;
    for (unsigned attempt = decorated ? 0 : 192; attempt < 256; attempt++) {
        unsigned state = attempt % 32;
        unsigned mask = (attempt / 32 & 1) ^ (choice->masked ? 1u : 0u); /* a few forms need one, others have none */
        if ((states >> state & 1) == 0 || (mask != 0 && e.scheme != SCHEME_EVEX)) {
            continue;
        }
        w.length = 0;
        if (e.scheme == SCHEME_LEGACY) {
            write_legacy(&w, state);
        } else {
            write_vector(&w, state, mask, decorations[attempt / 64]);
        }
        if (w.length <= 15 && matcher_decode(m, mode, w.bytes, w.length, decoded) && decoded->form == form_number && decoded->length == w.length) {
            memcpy(bytes, w.bytes, w.length);
            *length = w.length;
            return true;
        }
    }
    return false;
}
