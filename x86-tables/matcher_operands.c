/* The operands of a decoded instruction, made on demand. */
#include "matcher_tables.h"

#include <string.h>

const char *matcher_class_name(enum matcher_class c) {
    static const char *const names[] = {
        "none",  "general8", "general16", "general32", "general64",          "mm", "xmm", "ymm", "zmm", "tmm", "mask", "x87",
        "bound", "segment",  "control",   "debug",     "instruction-pointer"};
    return names[c];
}

static bool is_vector(unsigned class) { return class >= REGISTER_XMM && class <= REGISTER_ZMM; }
static bool has_eight(unsigned class) { return class == REGISTER_MM || class == REGISTER_X87; }

unsigned operand_register(const struct operand_rule *rule, const struct decoded *d) {
    unsigned number = 0;
    bool is_long = d->mode == MATCHER_LONG;
    switch (rule->place) {
    case PLACE_REG:
        number = (d->modrm >> 3 & 7u) | d->reg_high;
        break;
    case PLACE_RM:
        number = (d->modrm & 7u) | (is_vector(rule->class) ? d->rm_vector_high : rule->class == REGISTER_MASK ? 0u : d->base_high);
        break;
    case PLACE_VVVV:
        number = is_long ? d->vvvv : d->vvvv & 7u;
        break;
    case PLACE_IS4:
        number = (d->immediate >> 4 & 15) & (is_long ? 15 : 7);
        break;
    case PLACE_OPCODE:
        number = (d->opcode & 7u) | d->base_high;
        break;
    default:
        return rule->fixed;
    }
    return has_eight(rule->class) || rule->class == REGISTER_SEGMENT ? number & 7u : number;
}

static void set_base(struct matcher_operand *o, unsigned class, unsigned number) {
    o->base_class = (uint8_t) class;
    o->base = (uint8_t)number;
}
static void set_index(struct matcher_operand *o, unsigned class, unsigned number) {
    o->index_class = (uint8_t) class;
    o->index = (uint8_t)number;
}

static void address_16(const struct decoded *d, struct matcher_operand *o) {
    static const uint8_t bases[] = {3, 3, 5, 5, 6, 7, 5, 3};
    unsigned rm = d->modrm & 7u;
    if (d->modrm >= 0x40 || rm != 6) {
        set_base(o, REGISTER_GENERAL_16, bases[rm]);
    }
    if (rm < 4) {
        set_index(o, REGISTER_GENERAL_16, (rm & 1) != 0 ? 7 : 6);
    }
}

static void address_32(const struct operand_rule *rule, const struct decoded *d, struct matcher_operand *o) {
    unsigned class = d->address_size == 64 ? REGISTER_GENERAL_64 : REGISTER_GENERAL_32;
    unsigned base = d->has_sib != 0 ? d->sib & 7u : d->modrm & 7u;
    if (d->modrm >= 0x40 || base != 5) {
        set_base(o, class, base | d->base_high);
    } else if (d->has_sib == 0 && d->mode == MATCHER_LONG) {
        set_base(o, REGISTER_INSTRUCTION_POINTER, 0);
    }
    if (d->has_sib == 0) {
        return;
    }
    unsigned index = (d->sib >> 3 & 7u) | d->index_high;
    o->scale = (uint8_t)(1u << (d->sib >> 6));
    if (rule->index_class != REGISTER_NONE) {
        set_index(o, rule->index_class, index | (d->scheme == SCHEME_EVEX ? d->vvvv & 16u : 0));
    } else if (index != 4) {
        set_index(o, class, index);
    }
}

static uint8_t segment_of(const struct decoded *d, const struct matcher_operand *o) {
    bool general = o->base_class >= REGISTER_GENERAL_16 && o->base_class <= REGISTER_GENERAL_64;
    bool on_stack = general && (o->base == 5 || (o->base == 4 && o->base_class != REGISTER_GENERAL_16));
    return d->segment != MATCHER_NONE ? d->segment : on_stack ? 2 : 3;
}

static void set_memory(const struct form_rules *f, const struct operand_rule *rule, const struct decoded *d, struct matcher_operand *o) {
    o->kind = OPERAND_MEMORY;
    o->scale = 1;
    o->bits = d->broadcast != 0 && rule->element_bits != 0 ? rule->element_bits : rule->memory_bits;
    if (rule->place == PLACE_IMMEDIATE) {
        o->value = (int64_t)d->immediate;
    } else {
        unsigned tuple = d->broadcast != 0 && rule->element_bits != 0 ? rule->element_bits / 8 : f->tuple_bytes;
        bool compressed = d->scheme == SCHEME_EVEX && d->displacement_size == 1;
        o->value = (int64_t)d->displacement * (compressed ? (int64_t)tuple : 1);
        if (d->address_size == 16) {
            address_16(d, o);
        } else {
            address_32(rule, d, o);
        }
    }
    o->segment = segment_of(d, o);
}

static int64_t sign_extend(uint64_t value, unsigned bytes) {
    unsigned shift = 64 - 8 * bytes;
    return bytes == 0 ? 0 : (int64_t)(value << shift) >> shift;
}

static void set_immediate(const struct form_rules *f, const struct operand_rule *rule, const struct decoded *d, struct matcher_operand *o) {
    unsigned before = 0;
    for (unsigned i = 0; i < rule->field; i++) {
        before += f->fields[i].size;
    }
    unsigned size = f->fields[rule->field].size;
    uint64_t raw = before < 8 ? d->immediate >> (8 * before) : 0;
    o->kind = rule->kind;
    o->bits = (uint16_t)(8 * size);
    if (rule->kind == OPERAND_FAR_POINTER) {
        unsigned offset_bits = 8 * (size - 2);
        o->bits = (uint16_t)offset_bits;
        o->value = (int64_t)(raw & ((UINT64_C(1) << offset_bits) - 1));
        o->selector = (uint16_t)(raw >> offset_bits);
    } else {
        o->value = sign_extend(raw, size);
    }
}

static void set_register(const struct operand_rule *rule, const struct decoded *d, struct matcher_operand *o) {
    o->kind = OPERAND_REGISTER;
    o->class = rule->class;
    o->number = (uint8_t)operand_register(rule, d);
    bool plain = rule->class == REGISTER_GENERAL_8 && d->scheme == SCHEME_LEGACY && d->rex == 0;
    o->high_byte = plain && rule->place != PLACE_FIXED && o->number >= 4 && o->number < 8;
}

size_t matcher_operands(const struct matcher *m, const struct decoded *d, struct matcher_operand operands[MATCHER_OPERANDS]) {
    if (d->form >= m->form_count) {
        return 0;
    }
    const struct form_rules *f = &m->rules[d->form];
    for (unsigned i = 0; i < f->operand_count; i++) {
        const struct operand_rule *rule = &f->operands[i];
        struct matcher_operand *o = &operands[i];
        memset(o, 0, sizeof *o);
        o->mask = rule->masked ? d->mask : 0;
        bool in_modrm = rule->memory && rule->place == PLACE_RM && (rule->class == REGISTER_NONE || d->modrm < 0xC0);
        if (in_modrm || rule->kind == OPERAND_MEMORY) {
            set_memory(f, rule, d, o);
        } else if (rule->place == PLACE_IMMEDIATE) {
            set_immediate(f, rule, d, o);
        } else if (rule->kind == OPERAND_IMMEDIATE) {
            o->kind = OPERAND_IMMEDIATE;
            o->bits = rule->bits;
            o->value = rule->fixed != 0 ? rule->fixed : (int64_t)(d->immediate & 15); /* beside is4 */
        } else {
            set_register(rule, d, o);
        }
    }
    return f->operand_count;
}
