/* Where an instruction goes on: a walk over the terms of the counter, and relative operands. */
#include "transfer.h"

#include <string.h>

static unsigned place_of(const struct isa *isa, const struct semantics *s, symbol name) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == name) {
            bool known = isa->leaves[i].class == CLASS_COUNTER || isa->leaves[i].class == CLASS_MODE;
            return known ? TRANSFER_NEXT : TRANSFER_COMPUTED;
        }
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        if (s->operands[i].symbol == name) {
            return strcmp(s->operands[i].kind, "immediate") == 0 ? TRANSFER_KNOWN : TRANSFER_COMPUTED;
        }
    }
    return name == isa->length ? TRANSFER_NEXT : TRANSFER_COMPUTED;
}

/* A value made of two: each of its cases is as well known as the less known part. */
static unsigned combine(unsigned a, unsigned b) {
    unsigned both = 0;
    for (unsigned i = TRANSFER_NEXT; i <= TRANSFER_COMPUTED; i <<= 1) {
        for (unsigned k = TRANSFER_NEXT; k <= TRANSFER_COMPUTED; k <<= 1) {
            both |= (a & i) != 0 && (b & k) != 0 ? (i > k ? i : k) : 0;
        }
    }
    return both;
}

static unsigned places_of(const struct isa *isa, const struct semantics *s, term t) {
    struct term_view v = term_look(isa->pool, t);
    if (v.operation == TERM_APPLY) {
        return place_of(isa, s, v.symbol);
    }
    if (v.operation == TERM_IF) {
        return places_of(isa, s, v.arguments[1]) | places_of(isa, s, v.arguments[2]);
    }
    unsigned places = TRANSFER_NEXT;
    for (unsigned i = 0; i < v.argument_count; i++) {
        places = combine(places, places_of(isa, s, v.arguments[i]));
    }
    return places;
}

unsigned transfer_places(const struct isa *isa, const struct semantics *s) {
    unsigned places = 0;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].class == CLASS_COUNTER && s->next[i] != TERM_NONE) {
            places |= places_of(isa, s, s->next[i]);
        }
    }
    return places == 0 ? TRANSFER_NEXT : places;
}

/* SDM vol. 2A, JMP and Jcc: the new counter is cut to the operand size, which in 64-bit mode is always 64 bits (Intel). */
bool transfer_target(const struct matcher *m, const struct decoded *d, uint64_t counter, uint64_t *target) {
    struct matcher_operand operands[MATCHER_OPERANDS];
    size_t count = matcher_operands(m, d, operands);
    for (size_t i = 0; i < count; i++) {
        if (operands[i].kind == OPERAND_RELATIVE) {
            bool wide = (d->mode >= MATCHER_PROTECTED) != ((d->prefixes & PREFIX_66) != 0);
            uint64_t mask = d->mode == MATCHER_LONG ? UINT64_MAX : wide ? UINT32_MAX : UINT16_MAX;
            *target = (counter + d->length + (uint64_t)operands[i].value) & mask;
            return true;
        }
    }
    return false;
}
