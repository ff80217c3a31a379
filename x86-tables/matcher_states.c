/* The prefix combinations in which a form is meant, as a set of bits: what the decoder tests with one shift. */
#include "matcher_tables.h"

static bool prefix_fits(unsigned rule, unsigned repeat, unsigned has_66) {
    switch (rule) {
    case PREFIX_NONE:
        return repeat == 0 && has_66 == 0;
    case PREFIX_NO_REPEAT:
        return repeat == 0;
    case PREFIX_NEEDS_66: /* F2 and F3 go before 66 in selecting */
        return repeat == 0 && has_66 != 0;
    case PREFIX_NEEDS_F2:
        return repeat == 1;
    case PREFIX_NEEDS_F3:
        return repeat == 2;
    default:
        return true;
    }
}

static unsigned operand_size(const struct encoding *e, unsigned code_size, unsigned has_66, unsigned w) {
    if (code_size != 64) {
        return (code_size == 16) == (has_66 != 0) ? 32 : 16;
    }
    if (w != 0 || e->default_size == SIZE_F64) {
        return 64;
    }
    if (has_66 != 0) {
        return 16;
    }
    return e->default_size == SIZE_D64 ? 64 : 32;
}

static unsigned address_size(unsigned code_size, unsigned has_67) {
    if (code_size == 64) {
        return has_67 != 0 ? 32 : 64;
    }
    return (code_size == 16) == (has_67 != 0) ? 32 : 16;
}

static bool width_fits(unsigned rule, unsigned w) { return rule == BIT_ANY || (rule == BIT_ONE) == (w != 0); }

static uint32_t legacy_states(const struct encoding *e, unsigned code_size) {
    uint32_t states = 0;
    for (unsigned i = 0; i < 24; i++) {
        unsigned repeat = i >> 3;
        unsigned has_66 = i >> 2 & 1;
        unsigned w = i >> 1 & 1;
        unsigned has_67 = i & 1;
        bool fits = prefix_fits(e->prefix, repeat, has_66) && (has_66 == 0 || !e->no_66) && width_fits(e->w, w) && (w == 0 || code_size == 64) &&
                    (e->operand_size == 0 || e->operand_size == operand_size(e, code_size, has_66, w)) &&
                    (e->address_size == 0 || e->address_size == address_size(code_size, has_67));
        states |= fits ? UINT32_C(1) << legacy_state(repeat, has_66, w, has_67) : 0;
    }
    return states;
}

static uint32_t vector_states(const struct encoding *e) {
    static const uint8_t selectors[] = {PREFIX_NONE, PREFIX_NEEDS_66, PREFIX_NEEDS_F3, PREFIX_NEEDS_F2}; /* by pp */
    uint32_t states = 0;
    for (unsigned i = 0; i < 32; i++) {
        unsigned pp = i >> 3;
        unsigned length = i >> 1 & 3;
        unsigned w = i & 1;
        bool fits = selectors[pp] == e->prefix && (e->vector_lengths >> length & 1) != 0 && width_fits(e->w, w);
        states |= fits ? UINT32_C(1) << vector_state(pp, length, w) : 0;
    }
    return states;
}

uint32_t encoding_states(const struct encoding *e, unsigned code_size) {
    return e->scheme == SCHEME_LEGACY ? legacy_states(e, code_size) : vector_states(e);
}
