/* What makes an instruction invalid although its form is known: registers that do not exist, unused fields that are not neutral. */
#include "matcher_tables.h"

static bool registers_exist(const struct form_rules *f, const struct decoded *d) {
    for (unsigned i = 0; i < f->operand_count; i++) {
        const struct operand_rule *o = &f->operands[i];
        bool in_memory = o->place == PLACE_RM && o->memory && d->modrm < 0xC0;
        if (o->place == PLACE_FIXED || in_memory) {
            continue;
        }
        unsigned last = o->class == REGISTER_BOUND ? 3 : o->class == REGISTER_MASK || o->class == REGISTER_TILE ? 7 : 31;
        if (operand_register(o, d) > last) {
            return false;
        }
    }
    return true;
}

static bool conflicts(const struct candidate *c, const struct decoded *d) {
    unsigned reg = (d->modrm >> 3 & 7u) | d->reg_high;
    unsigned index = (d->sib >> 3 & 7u) | d->index_high;
    if ((c->flags & CANDIDATE_TILES) != 0) {
        unsigned rm = (d->modrm & 7u) | d->base_high;
        return reg == rm || reg == d->vvvv || rm == d->vvvv;
    }
    if ((c->flags & CANDIDATE_GATHER) == 0) {
        return false;
    }
    if (d->scheme == SCHEME_EVEX) {
        return reg == (index | (d->vvvv & 16u));
    }
    unsigned mask = d->mode == MATCHER_LONG ? d->vvvv : d->vvvv & 7u;
    return reg == index || reg == mask || index == mask;
}

static enum matcher_reason check_evex(const struct candidate *c, const struct decoded *d) {
    bool is_register = d->modrm >= 0xC0;
    if (d->broadcast != 0 && (c->flags & (is_register ? CANDIDATE_ROUNDING : CANDIDATE_BROADCAST)) == 0) {
        return MATCHER_EVEX_BROADCAST;
    }
    if (d->mask != 0 ? (c->flags & CANDIDATE_MASK) == 0 : (c->flags & CANDIDATE_NEEDS_MASK) != 0) {
        return MATCHER_EVEX_MASK;
    }
    bool zeroing_possible = (c->flags & CANDIDATE_ZERO) != 0 && d->mask != 0 && (is_register || (c->flags & CANDIDATE_MEMORY_WRITTEN) == 0);
    return d->zeroing != 0 && !zeroing_possible ? MATCHER_EVEX_MASK : MATCHER_MATCHED;
}

static enum matcher_reason check_vector(const struct candidate *c, const struct decoded *d) {
    unsigned unused = (c->flags & CANDIDATE_VVVV) != 0 ? 0 : (c->flags & CANDIDATE_VSIB) != 0 ? d->vvvv & 15u : d->vvvv;
    if (unused != 0) {
        return MATCHER_VVVV;
    }
    return d->scheme == SCHEME_EVEX ? check_evex(c, d) : MATCHER_MATCHED;
}

enum matcher_reason matcher_check(const struct matcher *m, const struct candidate *c, const struct decoded *d) {
    if (d->scheme != SCHEME_LEGACY) {
        enum matcher_reason reason = check_vector(c, d);
        if (reason != MATCHER_MATCHED) {
            return reason;
        }
    }
    if ((c->flags & CANDIDATE_SIB) != 0 && d->has_sib == 0) {
        return MATCHER_NO_INDEX;
    }
    if ((c->flags & (CANDIDATE_GATHER | CANDIDATE_TILES)) != 0 && conflicts(c, d)) {
        return MATCHER_REGISTER_CONFLICT;
    }
    return (c->flags & CANDIDATE_REGISTERS) != 0 && !registers_exist(&m->rules[c->form], d) ? MATCHER_NO_REGISTER : MATCHER_MATCHED;
}
