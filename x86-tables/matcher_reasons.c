/* Why bytes are no instruction. */
#include "matcher_tables.h"

static const struct {
    const char *name, *text;
} reasons[MATCHER_REASON_COUNT] = {
    {"matched", "matched"},
    {"truncated", "the bytes end before the instruction does"},
    {"too-long", "longer than 15 bytes (#GP)"},
    {"no-opcode", "no such opcode"},
    {"not-in-mode", "not in this operating mode"},
    {"memory-only", "the operand must be memory"},
    {"register-only", "the operand must be a register"},
    {"wrong-prefix", "no form with these prefixes, sizes or vector length"},
    {"lock", "LOCK is not allowed"},
    {"prefix-before-vex", "66, F2, F3, LOCK or REX before VEX, EVEX or XOP"},
    {"vvvv", "the unused vvvv field must be all ones"},
    {"evex-reserved", "reserved bits of EVEX"},
    {"evex-broadcast", "EVEX.b without broadcast or rounding"},
    {"evex-mask", "opmask or zeroing where it is not possible, or no opmask where one is needed"},
    {"no-register", "no register has this number"},
    {"no-index", "a SIB byte is needed"},
    {"register-conflict", "registers must differ"},
};

const char *matcher_reason_text(enum matcher_reason reason) { return reason < MATCHER_REASON_COUNT ? reasons[reason].text : "?"; }
const char *matcher_reason_name(enum matcher_reason reason) { return reason < MATCHER_REASON_COUNT ? reasons[reason].name : "?"; }

static bool any_fits(const struct mode_table *t, const struct slot *slot, unsigned state, unsigned rm) {
    for (unsigned i = 0; i < slot->count; i++) {
        if (candidate_fits(&t->candidates[slot->first + i], state, rm)) {
            return true;
        }
    }
    return false;
}

static bool any_with_rm(const struct mode_table *t, const struct slot *slot, unsigned rm) {
    for (unsigned i = 0; i < slot->count; i++) {
        uint8_t wanted = t->candidates[slot->first + i].rm;
        if (wanted == ANY_RM || wanted == rm) {
            return true;
        }
    }
    return false;
}

static bool fits_elsewhere(const struct matcher *m, const struct decoded *d, unsigned space, unsigned state, bool selected) {
    for (unsigned mode = 0; mode < MATCHER_MODE_COUNT; mode++) {
        const struct entry *entry = &m->modes[mode]->entries[space][d->opcode];
        if (mode == d->mode || entry->slot == 0) {
            continue;
        }
        if (!selected || any_fits(m->modes[mode], entry_slot(m->modes[mode], entry, d->modrm), state, d->modrm & 7u)) {
            return true;
        }
    }
    return false;
}

enum matcher_reason matcher_explain(const struct matcher *m, const struct decoded *d, unsigned space, unsigned state, bool selected) {
    const struct mode_table *t = m->modes[d->mode];
    const struct entry *entry = &t->entries[space][d->opcode];
    unsigned rm = d->modrm & 7u;
    if (entry->slot == 0) {
        return fits_elsewhere(m, d, space, state, selected) ? MATCHER_NOT_IN_MODE : MATCHER_NO_OPCODE;
    }
    const struct slot *here = entry_slot(t, entry, d->modrm);
    if (any_fits(t, here, state, rm)) { /* REX.R, REX.B or the suffix opcode kept it out */
        return (entry->flags & ENTRY_SUFFIX) != 0 ? MATCHER_NO_OPCODE : MATCHER_NO_REGISTER;
    }
    if (fits_elsewhere(m, d, space, state, selected)) {
        return MATCHER_NOT_IN_MODE;
    }
    if (any_with_rm(t, here, rm)) {
        return MATCHER_WRONG_PREFIX;
    }
    unsigned other = d->modrm >= 0xC0 ? d->modrm & 0x3Fu : d->modrm | 0xC0u;
    if (here->count == 0 && any_fits(t, entry_slot(t, entry, other), state, rm)) {
        return d->modrm >= 0xC0 ? MATCHER_MEMORY_ONLY : MATCHER_REGISTER_ONLY;
    }
    return MATCHER_NO_OPCODE;
}
