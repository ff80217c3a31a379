/* The footprint of an instruction: what its form does, for the registers that its bytes name. */
#include "footprint.h"

#define RSP_NUMBER 4u

bool operand_is_state(unsigned class) {
    return class == REGISTER_SEGMENT || class == REGISTER_CONTROL || class == REGISTER_DEBUG || class == REGISTER_TILE || class == REGISTER_BOUND;
}

/* Operands of the text that have no operand in the semantics are passed over: segment and control registers, CL, AL of IN. */
bool operand_fits(char kind, const struct matcher_operand *o) {
    bool is_register = o->kind == OPERAND_REGISTER && !operand_is_state(o->class);
    switch (kind) {
    case 'i':
        return o->kind == OPERAND_IMMEDIATE || o->kind == OPERAND_RELATIVE || o->kind == OPERAND_FAR_POINTER;
    case 'r':
        return is_register;
    case 'm':
        return o->kind == OPERAND_MEMORY;
    default:
        return is_register || o->kind == OPERAND_MEMORY;
    }
}

static bool is_general(const struct matcher_operand *o) {
    return o->kind == OPERAND_REGISTER && o->class >= REGISTER_GENERAL_8 && o->class <= REGISTER_GENERAL_64;
}

static uint32_t bit_of_operand(const struct matcher_operand *o) {
    return is_general(o) ? UINT32_C(1) << (o->high_byte ? o->number - 4u : o->number & 15u) : 0;
}

static uint32_t address_registers(const struct matcher_operand *o) {
    uint32_t registers = 0;
    if (o->kind == OPERAND_MEMORY && o->base_class >= REGISTER_GENERAL_16 && o->base_class <= REGISTER_GENERAL_64) {
        registers |= UINT32_C(1) << (o->base & 15u);
    }
    if (o->kind == OPERAND_MEMORY && o->index_class >= REGISTER_GENERAL_16 && o->index_class <= REGISTER_GENERAL_64) {
        registers |= UINT32_C(1) << (o->index & 15u);
    }
    return registers;
}

struct footprint footprint_of(const struct form_footprint *forms, const struct matcher *m, const struct decoded *d) {
    const struct form_footprint *f = &forms[d->form];
    struct matcher_operand text[MATCHER_OPERANDS];
    size_t count = matcher_operands(m, d, text);
    if (!f->known) {
        return (struct footprint){FOOTPRINT_ALL, 0};
    }
    bool clears = f->clears && count >= 2 && is_general(&text[0]) && is_general(&text[1]) && text[0].number == text[1].number &&
                  text[0].class == text[1].class && text[0].high_byte == text[1].high_byte;
    struct footprint result = {clears ? f->clearing_reads : f->reads, 0};
    uint32_t written = f->writes;
    uint32_t unbound = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        result.reads |= address_registers(&text[i]);
        unbound |= f->operand_count > 0 ? bit_of_operand(&text[i]) : 0;
    }
    for (size_t i = 0; i < f->operand_count; i++) {
        const struct footprint_operand *o = &f->operands[i];
        bool opmask = o->kind == FOOTPRINT_OPMASK && d->scheme == SCHEME_EVEX; /* not among the operands of the text */
        size_t k = opmask ? count : at;
        while (k < count && !operand_fits(o->kind == FOOTPRINT_OPMASK ? 'r' : o->kind, &text[k])) {
            k++;
        }
        if (k == count) {
            continue;
        }
        at = k + 1;
        /* SDM vol. 1, 3.4.1.1: in 64-bit mode the upper half of a register whose lower half is written becomes 0. */
        bool whole = text[k].class == REGISTER_GENERAL_64 || (text[k].class == REGISTER_GENERAL_32 && o->width == 32);
        uint32_t bit = bit_of_operand(&text[k]);
        unbound &= ~bit;
        result.reads |= o->read && !(clears && i < 2) ? bit : 0;
        written |= o->written && whole ? bit : 0;
    }
    result.reads |= unbound | UINT32_C(1) << RSP_NUMBER;
    result.writes = written & ~result.reads;
    return result;
}
