/* Where an operand is when its instruction executes, and what it holds. SDM vol. 1, 3.7. */
#include "processor.h"

#define NUMBER_SP 4u

static uint32_t cut(uint32_t value, unsigned bits) { return bits == 16 ? value & 0xFFFF : value; }

uint32_t stack_mask(const struct x86 *s) { return s->ss_db != 0 ? UINT32_MAX : 0xFFFFu; }

static uint32_t effective_address(const struct x86 *s, const struct location *p) {
    uint32_t sum = (uint32_t)p->displacement;
    if (p->base != NO_REGISTER) {
        sum += general_register(s, p->base);
    }
    if (p->index != NO_REGISTER) { /* scale 0: the low byte of the register, of XLAT */
        sum += p->scale == 0 ? general_register(s, p->index) & 0xFF : general_register(s, p->index) * p->scale;
    }
    if (p->address_bits == 0) {
        return sum & stack_mask(s);
    }
    if (p->bit_register != NO_REGISTER) { /* SDM vol. 2A, BT: the word that holds the bit */
        int32_t bit = p->bytes == 2 ? (int16_t)general_register(s, p->bit_register) : (int32_t)general_register(s, p->bit_register);
        sum += (uint32_t)((bit >> (p->bytes == 2 ? 4 : 5)) * p->bytes);
    }
    return cut(sum, p->address_bits);
}

/* SDM vol. 3A, 7.15, #AC. */
static bool is_misaligned(const struct x86 *s, const struct location *p, uint32_t linear) {
    bool checked = s->cr0_am != 0 && s->status_ac != 0 && s->cpl == 3;
    return checked && (p->bytes == 2 || p->bytes == 4 || p->bytes == 8) && (linear & (p->bytes - 1u)) != 0;
}

bool place_linear(struct processor *p, const struct location *place, enum access access, uint32_t *linear, struct fault *fault) {
    const struct x86 *s = &p->state;
    bool popped = place->kind == PLACE_POPPED || place->kind == PLACE_V86;
    uint32_t offset = popped ? (general_register(s, NUMBER_SP) + place->offset) & stack_mask(s) : effective_address(s, place);
    if (!segment_linear(s, popped ? (unsigned)SEGMENT_SS : place->segment, offset, place->bytes, access, linear, fault)) {
        return false;
    }
    if (is_misaligned(s, place, *linear)) {
        *fault = (struct fault){VECTOR_ALIGNMENT, true, false, 0, 0};
        return false;
    }
    if (place->aligned && (*linear & 15) != 0) {
        *fault = (struct fault){VECTOR_PROTECTION, true, false, 0, 0};
        return false;
    }
    return true;
}

/* Registers that the tables have and general registers do not reach: SDM vol. 1, 8.1.2, and vol. 3A, the chapter on MMX. */
static word128 *wide_register(struct processor *p, const struct location *place) {
    unsigned top = place->kind == PLACE_X87 ? p->stack_top : 0;
    return place->kind == PLACE_XMM ? &p->vectors.xmm[place->offset] : &p->state.x87_register[(top + place->offset) & 7];
}

word128 place_value(struct processor *p, const struct location *place) {
    if (place->kind == PLACE_X87 || place->kind == PLACE_XMM) {
        return *wide_register(p, place);
    }
    if (place->kind == PLACE_MMX) {
        return (uint64_t)*wide_register(p, place);
    }
    uint64_t value = place->constant;
    if (place->kind == PLACE_REGISTER) {
        value = 0;
        memcpy(&value, (const uint8_t *)&p->state + place->offset, place->bytes);
    } else if (place->kind == PLACE_ADDRESS) {
        value = effective_address(&p->state, place);
    }
    return value;
}

void write_register(struct processor *p, const struct location *place, word128 value) {
    if (place->kind != PLACE_REGISTER) { /* what MMX writes is no number for x87: exponent and sign are all ones */
        *wide_register(p, place) = place->kind == PLACE_MMX ? (word128)0xFFFF << 64 | (uint64_t)value : value;
        return;
    }
    uint64_t low = (uint64_t)value;
    memcpy((uint8_t *)&p->state + place->offset, &low, place->bytes);
}

bool repeat_is_over(const struct processor *p, const struct instruction *i) {
    return (i->flags & INSTRUCTION_REPEATED) != 0 && cut((uint32_t)p->state.rcx, i->address_bits) == 0;
}
