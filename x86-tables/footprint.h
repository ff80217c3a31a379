/* Which general registers and status flags an instruction reads and overwrites: read off the terms of its form, for those that its bytes name. */
#ifndef POPEK_FOOTPRINT_H
#define POPEK_FOOTPRINT_H

#include "../isa-model/isa.h"
#include "matcher.h"

/* A set of registers: bit n is general register n, RAX 0 to R15 15; then CF, PF, AF, ZF, SF and OF. */
#define FOOTPRINT_FLAGS 16u
#define FOOTPRINT_BITS 22u
#define FOOTPRINT_ALL ((UINT32_C(1) << FOOTPRINT_BITS) - 1)
/* "cf", "rsp": the name of the tables. */
const char *footprint_name(unsigned bit);

#define FOOTPRINT_OPERANDS 6u
#define FOOTPRINT_OPMASK 'k' /* as a kind: the opmask where there is EVEX, else a register */
/* An operand of the tables that a register of the instruction's text may be. */
struct footprint_operand {
    char kind;    /* the first letter, as operand_fits has it, or FOOTPRINT_OPMASK */
    bool read;    /* the value before counts */
    bool written; /* whatever was there */
    uint8_t width;
};

/* What is known of one form in one mode. */
struct form_footprint {
    bool known;      /* false: who gets control, or what is computed, may depend on all of them */
    uint8_t places;  /* a set of enum transfer_place */
    uint32_t reads;  /* without explicit operands */
    uint32_t writes; /* in full: nothing of the value before is left */
    /* The first two operands name the same register, and then it is not read (XOR, SUB). */
    bool clears;
    uint32_t clearing_reads; /* what is read in that case, without explicit operands */
    uint8_t operand_count;
    struct footprint_operand operands[FOOTPRINT_OPERANDS];
};

/* One for each form, for the operating mode with that index; the caller frees them. Makes terms: not for several threads at once. NULL: out of
 * memory. Not known are forms whose registers the tables leave open or have by convention only: calls of monitors, enclaves, SMM, what waits
 * for an event, and those that raise a software exception (#DE, #BR, #DB) or never complete. */
struct form_footprint *footprints_of_isa(const struct isa *isa, unsigned mode);

struct footprint {
    uint32_t reads, writes;
};
/* Of an instruction. RSP is always read: any event is delivered through it. All is read and nothing written when the form is not known. */
struct footprint footprint_of(const struct form_footprint *forms, const struct matcher *m, const struct decoded *d);

/* An operand of an instruction's text can be one of the form's whose kind has that first letter ('\0': none). Of several, the first that is left is.
 */
bool operand_fits(char kind, const struct matcher_operand *o);
/* Registers that are no operands in the tables, but state. */
bool operand_is_state(unsigned class);

#endif
