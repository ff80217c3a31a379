/* Decodes one instruction with the compiled tables: prefixes, opcode, ModRM, the form, and the length. */
#include "matcher_tables.h"

#include <string.h>

#define LONGEST 15u

/* One decoding under way. */
struct run {
    const struct matcher *m;
    const struct mode_table *table;
    const uint8_t *bytes;
    size_t size;
    unsigned limit, at; /* limit: of size and the longest instruction the smaller */
    bool is_long;
};

static bool fail(struct decoded *d, enum matcher_reason reason) {
    d->reason = (uint8_t)reason;
    return false;
}

/* The instruction goes on behind the limit. */
static bool fail_short(const struct run *r, struct decoded *d) { return fail(d, r->size >= LONGEST ? MATCHER_TOO_LONG : MATCHER_TRUNCATED); }

static bool read_byte(struct run *r, uint8_t *byte) {
    if (r->at >= r->limit) {
        return false;
    }
    *byte = r->bytes[r->at++];
    return true;
}

static uint64_t read_bytes(const uint8_t *bytes, unsigned count) {
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

static void read_displacement(struct decoded *d, const uint8_t *bytes) {
    if (d->displacement_size == 1) {
        d->displacement = (int32_t)(bytes[0] ^ 0x80u) - 0x80;
    } else if (d->displacement_size == 4) {
        d->displacement = (int32_t)(uint32_t)read_bytes(bytes, 4);
    } else {
        d->displacement = (int16_t)(uint16_t)read_bytes(bytes, 2);
    }
}

/* The SIB byte and the size of the displacement. */
static bool measure_memory(struct run *r, struct decoded *d) {
    unsigned mod = d->modrm >> 6;
    unsigned rm = d->modrm & 7u;
    if (d->address_size == 16) {
        d->displacement_size = mod == 1 ? 1 : mod == 2 || rm == 6 ? 2 : 0;
        return true;
    }
    unsigned base = rm;
    if (rm == 4) {
        if (!read_byte(r, &d->sib)) {
            return fail_short(r, d);
        }
        d->has_sib = 1;
        base = d->sib & 7u;
    }
    d->displacement_size = mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0;
    return true;
}

static bool selected(const struct candidate *c, const struct decoded *d, unsigned suffix) {
    return ((c->flags & CANDIDATE_R_ONE) == 0 || d->reg_high != 0) && ((c->flags & CANDIDATE_R_ZERO) == 0 || d->reg_high == 0) &&
           ((c->flags & CANDIDATE_B_ZERO) == 0 || d->base_high == 0) && ((c->flags & CANDIDATE_SUFFIX) == 0 || c->suffix == suffix);
}

static const struct candidate *choose(const struct mode_table *t, const struct slot *slot, const struct decoded *d, unsigned state, unsigned suffix) {
    const struct candidate *c = t->candidates + slot->first;
    unsigned rm = d->modrm & 7u;
    for (unsigned i = 0; i < slot->count; i++, c++) {
        if (candidate_fits(c, state, rm) && ((c->flags & CANDIDATE_SELECTS) == 0 || selected(c, d, suffix))) {
            return c;
        }
    }
    return NULL;
}

static bool finish(const struct run *r, struct decoded *d, const struct candidate *c) {
    d->form = c->form;
    d->immediate_size = (c->flags & CANDIDATE_OFFSET) != 0 ? d->address_size / 8 : c->immediate_size;
    d->displacement_at = (uint8_t)r->at;
    unsigned immediate_at = r->at + d->displacement_size;
    unsigned end = immediate_at + d->immediate_size;
    if (end > r->limit) {
        return fail_short(r, d);
    }
    d->immediate_at = (uint8_t)immediate_at;
    if (d->displacement_size != 0) {
        read_displacement(d, r->bytes + d->displacement_at);
    }
    if (d->immediate_size != 0) {
        d->immediate = read_bytes(r->bytes + immediate_at, d->immediate_size);
    }
    bool locked = (d->prefixes & PREFIX_LOCK) != 0;
    if (locked && ((c->flags & CANDIDATE_LOCK) == 0 || d->modrm >= 0xC0)) {
        return fail(d, MATCHER_LOCK);
    }
    if (d->scheme != SCHEME_LEGACY || (c->flags & CANDIDATE_CHECKS) != 0) {
        enum matcher_reason reason = matcher_check(r->m, c, d);
        if (reason != MATCHER_MATCHED) {
            return fail(d, reason);
        }
    }
    d->reason = MATCHER_MATCHED;
    d->length = (uint8_t)end;
    return true;
}

/* From the opcode on: it is read, and `state` has the prefixes. */
static bool match(struct run *r, struct decoded *d, unsigned space, unsigned state) {
    const struct entry *entry = &r->table->entries[space][d->opcode];
    if (entry->slot == 0) {
        return fail(d, matcher_explain(r->m, d, space, state, false));
    }
    if ((entry->flags & ENTRY_MODRM) != 0) {
        if (!read_byte(r, &d->modrm)) {
            return fail_short(r, d);
        }
        d->has_modrm = 1;
        if (d->modrm < 0xC0 && (entry->flags & ENTRY_REGISTER) == 0 && !measure_memory(r, d)) {
            return false;
        }
        if (d->scheme == SCHEME_EVEX && d->broadcast != 0 && d->modrm >= 0xC0) {
            state = (state & ~6u) | 4; /* the length field holds the rounding mode: 512 bits, or a scalar */
            d->vector_length = 2;
        }
    }
    unsigned suffix = 0;
    if ((entry->flags & ENTRY_SUFFIX) != 0) {
        if (r->at + d->displacement_size >= r->limit) {
            return fail_short(r, d);
        }
        suffix = r->bytes[r->at + d->displacement_size];
    }
    const struct candidate *c = choose(r->table, entry_slot(r->table, entry, d->modrm), d, state, suffix);
    return c != NULL ? finish(r, d, c) : fail(d, matcher_explain(r->m, d, space, state, true));
}

static bool decode_legacy(struct run *r, struct decoded *d, bool escape) {
    d->opcode_at = (uint8_t)(r->at - 1);
    d->map = 0;
    if (escape) {
        d->map = 1;
        if (!read_byte(r, &d->opcode)) {
            return fail_short(r, d);
        }
        if (d->opcode == 0x38 || d->opcode == 0x3A) {
            d->map = d->opcode == 0x38 ? 2 : 3;
            if (!read_byte(r, &d->opcode)) {
                return fail_short(r, d);
            }
        }
        d->opcode_at = (uint8_t)(r->at - 1);
    }
    d->w = d->rex >> 3 & 1;
    d->reg_high = (uint8_t)((d->rex & 4) << 1);
    d->index_high = (uint8_t)((d->rex & 2) << 2);
    d->base_high = d->rm_vector_high = (uint8_t)((d->rex & 1) << 3);
    unsigned repeat = d->repeat == 0 ? 0 : d->repeat == 0xF2 ? 1 : 2;
    return match(r, d, d->map, legacy_state(repeat, (d->prefixes & PREFIX_66) != 0, d->w, (d->prefixes & PREFIX_67) != 0));
}

/* What VEX, EVEX and XOP share: the opcode follows. `inverted` has R X B as the prefix has them, in bits 7:5. */
static bool decode_vector(struct run *r, struct decoded *d, unsigned inverted, unsigned fields) {
    if ((d->prefixes & (PREFIX_66 | PREFIX_F2 | PREFIX_F3 | PREFIX_LOCK)) != 0 || d->rex != 0) {
        return fail(d, MATCHER_PREFIX_BEFORE_VEX);
    }
    unsigned extensions = r->is_long ? ~inverted : 0;
    d->reg_high = (uint8_t)(d->reg_high | (extensions >> 4 & 8));
    d->index_high = (uint8_t)(extensions >> 3 & 8);
    d->base_high = (uint8_t)(extensions >> 2 & 8);
    d->rm_vector_high = (uint8_t)(d->base_high | (d->scheme == SCHEME_EVEX ? d->index_high << 1 : 0));
    d->w = fields >> 7 & 1;
    d->vvvv = (uint8_t)(d->vvvv | (~fields >> 3 & 15));
    unsigned space = space_of(d->scheme, d->map);
    if (space == SPACE_NONE) {
        return fail(d, MATCHER_NO_OPCODE);
    }
    d->opcode_at = (uint8_t)r->at;
    if (!read_byte(r, &d->opcode)) {
        return fail_short(r, d);
    }
    return match(r, d, space, vector_state(fields & 3, d->vector_length, d->w));
}

static bool decode_vex(struct run *r, struct decoded *d, unsigned kind) {
    uint8_t first = r->bytes[r->at++];
    uint8_t second = first;
    d->scheme = kind == BYTE_XOP ? SCHEME_XOP : SCHEME_VEX;
    if (kind == BYTE_VEX2) {
        d->map = 1;
        d->vector_length = second >> 2 & 1;
        return decode_vector(r, d, first | 0x60u, second & 0x7Fu);
    }
    d->map = first & 31;
    if (!read_byte(r, &second)) {
        return fail_short(r, d);
    }
    d->vector_length = second >> 2 & 1;
    return decode_vector(r, d, first, second);
}

static bool decode_evex(struct run *r, struct decoded *d) {
    uint8_t p[3] = {r->bytes[r->at++], 0, 0};
    d->scheme = SCHEME_EVEX;
    if (!read_byte(r, &p[1]) || !read_byte(r, &p[2])) {
        return fail_short(r, d);
    }
    if ((p[0] & 8) != 0 || (p[1] & 4) == 0) {
        return fail(d, MATCHER_EVEX_RESERVED);
    }
    d->map = p[0] & 7;
    d->vector_length = p[2] >> 5 & 3;
    d->mask = p[2] & 7;
    d->zeroing = p[2] >> 7;
    d->broadcast = p[2] >> 4 & 1;
    d->reg_high = r->is_long ? (uint8_t)(~p[0] & 16) : 0;
    d->vvvv = (uint8_t)(r->is_long ? (~p[2] & 8) << 1 : 0);
    return decode_vector(r, d, p[0], p[1]);
}

/* C4, C5, 62 and 8F are prefixes or opcodes, as the next byte says. */
static bool decode_special(struct run *r, struct decoded *d, unsigned kind) {
    if (r->at >= r->limit) {
        return fail_short(r, d);
    }
    uint8_t next = r->bytes[r->at];
    bool is_prefix = kind == BYTE_XOP ? (next & 31) >= 8 : r->is_long || next >= 0xC0;
    if (!is_prefix) {
        return decode_legacy(r, d, false);
    }
    return kind == BYTE_EVEX ? decode_evex(r, d) : decode_vex(r, d, kind);
}

static void note_segment(const struct run *r, struct decoded *d, unsigned kind) {
    unsigned segment = kind - BYTE_SEGMENT;
    if (!r->is_long || segment >= 4) { /* 64-bit mode ignores all but FS and GS */
        d->segment = (uint8_t)segment;
    }
}

/* Everything before the opcode, which is left in d->opcode; the kind of that byte. */
static bool read_prefixes(struct run *r, struct decoded *d, unsigned *kind) {
    const uint8_t *kinds = r->m->kinds[r->is_long];
    for (;;) {
        if (r->at >= r->limit) {
            return fail_short(r, d);
        }
        uint8_t byte = r->bytes[r->at++];
        *kind = kinds[byte];
        if (*kind < BYTE_REX) {
            d->opcode = byte;
            return true;
        }
        d->rex = *kind == BYTE_REX ? byte : 0; /* only immediately before the opcode */
        if (*kind >= BYTE_SEGMENT) {
            note_segment(r, d, *kind);
        } else if (*kind != BYTE_REX) {
            static const uint8_t bits[] = {PREFIX_66, PREFIX_67, PREFIX_LOCK, PREFIX_F2, PREFIX_F3};
            d->prefixes |= bits[*kind - BYTE_66];
            d->repeat = *kind >= BYTE_F2 ? byte : d->repeat;
        }
    }
}

bool matcher_decode(const struct matcher *m, enum matcher_mode mode, const uint8_t *bytes, size_t size, struct decoded *d) {
    struct run r = {m, m->modes[mode], bytes, size, size < LONGEST ? (unsigned)size : LONGEST, 0, mode == MATCHER_LONG};
    memset(d, 0, sizeof *d);
    d->form = UINT32_MAX;
    d->mode = (uint8_t)mode;
    d->segment = MATCHER_NONE;
    unsigned kind = BYTE_OPCODE;
    if (!read_prefixes(&r, d, &kind)) {
        return false;
    }
    unsigned code_size = m->code_size[mode];
    bool other_size = (d->prefixes & PREFIX_67) != 0;
    d->address_size = (uint8_t)(!other_size ? code_size : code_size == 32 ? 16 : 32);
    return kind <= BYTE_ESCAPE ? decode_legacy(&r, d, kind == BYTE_ESCAPE) : decode_special(&r, d, kind);
}
