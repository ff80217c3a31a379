/* Makes the decision table of one operating mode. */
#include "matcher_tables.h"

#include <stdlib.h>
#include <string.h>

/* One form at one opcode. */
struct use {
    const struct encoding *encoding;
    uint32_t states;
    uint16_t form;
    uint16_t key; /* space << 8 | opcode */
    uint8_t specificity;
};

struct builder {
    struct mode_table *table;
    struct use *uses;
    size_t use_count;
    unsigned code_size;
};

static unsigned count_bits(uint32_t bits) { return (unsigned)__builtin_popcount(bits); }

/* What is tried first: fixed bytes, then fewer prefix combinations. */
static uint8_t specificity(const struct encoding *e, uint32_t states) {
    static const uint8_t of_modrm[] = {0, 0, 1, 3, 2};
    unsigned fixed = of_modrm[e->modrm] + (e->r != BIT_ANY || (e->modrm == MODRM_NO && !e->plus_r) ? 2u : 0u);
    return (uint8_t)(fixed << 5 | (32 - count_bits(states)));
}

static int compare(const void *a, const void *b) {
    const struct use *x = a;
    const struct use *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    if (x->specificity != y->specificity) {
        return x->specificity > y->specificity ? -1 : 1;
    }
    unsigned x_plain = x->states & 1;
    unsigned y_plain = y->states & 1;
    if (x_plain != y_plain) {
        return x_plain != 0 ? -1 : 1;
    }
    return x->form < y->form ? -1 : x->form > y->form;
}

static uint32_t flags_of_operands(const struct encoding *e) {
    uint32_t flags = 0;
    unsigned tiles = 0;
    for (unsigned i = 0; i < e->operand_count; i++) {
        const struct operand_rule *o = &e->operands[i];
        flags |= o->place == PLACE_VVVV ? CANDIDATE_VVVV : 0u;
        flags |= o->masked ? CANDIDATE_MASK : 0u;
        flags |= o->zeroable ? CANDIDATE_ZERO : 0u;
        flags |= o->element_bits != 0 ? CANDIDATE_BROADCAST : 0u;
        flags |= i == 0 && o->memory ? CANDIDATE_MEMORY_WRITTEN : 0u;
        bool few = o->class == REGISTER_MASK || o->class == REGISTER_BOUND || o->class == REGISTER_TILE;
        flags |= few && o->place != PLACE_FIXED ? CANDIDATE_REGISTERS : 0u;
        flags |= (o->class == REGISTER_CONTROL || o->class == REGISTER_DEBUG) && e->r == BIT_ANY ? CANDIDATE_R_ZERO : 0u;
        tiles += o->class == REGISTER_TILE ? 1 : 0;
    }
    return flags | (tiles == 3 ? CANDIDATE_TILES | CANDIDATE_REGISTERS : 0u);
}

static uint32_t flags_of(const struct encoding *e) {
    uint32_t flags = flags_of_operands(e);
    flags |= e->r == BIT_ONE ? CANDIDATE_R_ONE : 0u;
    flags |= e->has_suffix ? CANDIDATE_SUFFIX : 0u;
    flags |= e->field_count == 1 && e->fields[0].kind == IMMEDIATE_OFFSET ? CANDIDATE_OFFSET : 0u;
    flags |= e->lock ? CANDIDATE_LOCK : 0u;
    flags |= e->sib ? CANDIDATE_SIB : 0u;
    flags |= e->vsib ? CANDIDATE_VSIB : 0u;
    flags |= e->gather ? CANDIDATE_GATHER : 0u;
    flags |= e->vsib && e->scheme == SCHEME_EVEX ? CANDIDATE_NEEDS_MASK : 0u;
    return flags | (e->rounding ? CANDIDATE_ROUNDING : 0u);
}

static struct candidate candidate_of(const struct use *use, bool beside_plus_r) {
    const struct encoding *e = use->encoding;
    struct candidate c = {use->states, flags_of(e), use->form, ANY_RM, e->has_suffix ? 1 : 0, e->suffix, use->specificity};
    for (unsigned i = 0; i < e->field_count; i++) {
        c.immediate_size = (uint8_t)(c.immediate_size + e->fields[i].size);
    }
    if (e->modrm == MODRM_BYTE) {
        c.rm = e->modrm_byte & 7;
    }
    c.flags |= beside_plus_r && !e->plus_r ? CANDIDATE_B_ZERO : 0u;
    return c;
}

static bool at_index(const struct encoding *e, unsigned index) {
    bool is_register = index >= 8;
    bool mod_fits = e->mod == MOD_ANY || (e->mod == MOD_REGISTER) == is_register;
    bool digit_fits = e->modrm <= MODRM_ANY || (e->modrm_byte >> 3 & 7u) == (index & 7u);
    return mod_fits && digit_fits;
}

static bool registers_only(const struct encoding *e) {
    bool register_in_rm = false;
    for (unsigned i = 0; i < e->operand_count; i++) {
        register_in_rm = register_in_rm || (e->operands[i].place == PLACE_RM && !e->operands[i].memory);
    }
    return register_in_rm && e->mod == MOD_ANY && e->modrm != MODRM_NO;
}

static uint8_t entry_flags(const struct use *uses, size_t count) {
    unsigned flags = 0;
    bool registers = true;
    for (size_t i = 0; i < count; i++) {
        const struct encoding *e = uses[i].encoding;
        flags |= e->modrm != MODRM_NO ? ENTRY_MODRM : 0u;
        flags |= e->modrm > MODRM_ANY || e->mod != MOD_ANY ? ENTRY_GROUP : 0u;
        flags |= e->has_suffix ? ENTRY_SUFFIX : 0u;
        registers = registers && registers_only(e);
    }
    return (uint8_t)(flags | (registers ? ENTRY_REGISTER : 0u));
}

static bool same_instruction(const struct encoding *a, const struct encoding *b) {
    return a->modrm == b->modrm && a->modrm_byte == b->modrm_byte && a->mod == b->mod && a->prefix == b->prefix;
}

/* Where there is no form of 64 bits, REX.W takes the one of 32 (IN, OUT, INS, OUTS): in 64-bit mode W then only takes 66 its effect. */
static void widen(struct use *uses, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool has_64 = uses[i].encoding->operand_size != 32;
        for (size_t k = 0; k < count && !has_64; k++) {
            const struct encoding *e = uses[k].encoding;
            has_64 = (e->operand_size == 64 || e->operand_size == 0) && same_instruction(e, uses[i].encoding);
        }
        for (unsigned state = 0; state < 24 && !has_64; state++) {
            if ((uses[i].states >> state & 1) != 0 && (state & 6) == 0) {
                uses[i].states |= UINT32_C(0x44) << state; /* W, with and without 66 */
            }
        }
    }
}

static void add_opcode(struct mode_table *t, const struct use *uses, size_t count) {
    struct entry *entry = &t->entries[uses->key >> 8][uses->key & 0xFF];
    entry->flags = entry_flags(uses, count);
    entry->slot = (uint16_t)t->slot_count;
    bool group = (entry->flags & ENTRY_GROUP) != 0;
    bool plus_r = false;
    for (size_t i = 0; i < count; i++) {
        plus_r = plus_r || uses[i].encoding->plus_r;
    }
    for (unsigned index = 0; index < (group ? 16u : 1u); index++) {
        struct slot *slot = &t->slots[t->slot_count++];
        slot->first = (uint16_t)t->candidate_count;
        for (size_t i = 0; i < count; i++) {
            if (!group || at_index(uses[i].encoding, index)) {
                t->candidates[t->candidate_count++] = candidate_of(&uses[i], plus_r);
            }
        }
        slot->count = (uint16_t)(t->candidate_count - slot->first);
    }
}

static size_t collect_uses(struct builder *b, const struct encoding *encodings, const struct matcher_form *forms, size_t count, unsigned mode) {
    for (size_t i = 0; i < count; i++) {
        const struct encoding *e = &encodings[i];
        uint32_t states = (forms[i].modes >> mode & 1) != 0 && forms[i].encoding[0] != '\0' ? encoding_states(e, b->code_size) : 0;
        unsigned opcodes = states == 0 ? 0 : e->plus_r ? 8 : 1;
        for (unsigned k = 0; k < opcodes; k++) {
            uint16_t key = (uint16_t)(space_of(e->scheme, e->map) << 8 | (e->opcode + k));
            b->uses[b->use_count++] = (struct use){e, states, (uint16_t)i, key, specificity(e, states)};
        }
    }
    qsort(b->uses, b->use_count, sizeof b->uses[0], compare);
    return b->use_count;
}

/* The end of the uses of one opcode. */
static size_t opcode_end(const struct builder *b, size_t start) {
    size_t end = start;
    while (end < b->use_count && b->uses[end].key == b->uses[start].key) {
        end++;
    }
    return end;
}

bool mode_table_fill(struct mode_table *t, const struct encoding *encodings, const struct matcher_form *forms, size_t count, enum matcher_mode mode,
                     unsigned code_size) {
    struct builder b = {t, calloc(count * 8 + 1, sizeof(struct use)), 0, code_size};
    bool good = b.uses != NULL;
    size_t uses = good ? collect_uses(&b, encodings, forms, count, mode) : 0;
    t->slots = calloc(SPACE_COUNT * 256 * 16 + 1, sizeof(struct slot));
    t->candidates = calloc(uses * 16 + 1, sizeof(struct candidate));
    good = good && t->slots != NULL && t->candidates != NULL;
    t->slot_count = 1; /* the first stays empty */
    for (size_t start = 0, end = 0; good && start < b.use_count; start = end) {
        end = opcode_end(&b, start);
        good = t->slot_count + 16 < UINT16_MAX && t->candidate_count + (end - start) * 16 < UINT16_MAX;
        if (good) {
            if (code_size == 64) {
                widen(b.uses + start, end - start);
            }
            add_opcode(t, b.uses + start, end - start);
        }
    }
    if (good) { /* smaller can only fail by staying as it is */
        void *slots = realloc(t->slots, t->slot_count * sizeof(struct slot));
        t->slots = slots == NULL ? t->slots : slots;
        void *candidates = realloc(t->candidates, (t->candidate_count + 1) * sizeof(struct candidate));
        t->candidates = candidates == NULL ? t->candidates : candidates;
    }
    free(b.uses);
    return good;
}
