/* Where the operands of a form are on the machine: which registers, which bytes of memory. Internal to the prediction. */
#ifndef POPEK_HARDWARE_OPERANDS_H
#define POPEK_HARDWARE_OPERANDS_H

#include "../isa-model/isa.h"
#include "../x86-tables/footprint.h"
#include "state.h"

enum operand_site {
    SITE_UNKNOWN, /* read: anything; written: anywhere in the data part of the window */
    SITE_GENERAL,
    SITE_VECTOR,
    SITE_MASK,
    SITE_MMX,
    SITE_X87,
    SITE_CONSTANT,
    SITE_MEMORY,
    SITE_PUSHED, /* below the old stack pointer, in the order of the form */
};

struct operand_binding {
    enum operand_site site;
    uint8_t class, number; /* registers: enum matcher_class */
    bool high_byte;
    uint64_t address; /* SITE_MEMORY: linear */
    word128 constant; /* SITE_CONSTANT */
};

/* Memory operands that no byte of the encoding names. */
enum implicit_place { AT_SI, AT_DI, AT_BP, AT_BELOW_BP, AT_BX_AL, AT_AX_LINE, AT_FIRST_REGISTER };
/* Whether the operand of that name is one, with or without a repeat prefix of the instruction. */
bool implicit_operand(const char *instruction, const char *operand, enum implicit_place *place);

/* Bindings of all operands of the semantics. */
void bind_operands(const struct form *form, const struct semantics *semantics, const struct matcher *m, const struct decoded *d,
                   const struct run *run, struct operand_binding *bindings);

/* All of the bytes are in the data part of the window, where a run may give them values. */
bool is_window_data(uint64_t address, uint32_t size);
/* A byte of the window before the run; false outside of it. */
bool window_byte(const struct run *run, uint64_t linear, uint8_t *byte);

/* The instruction's name without a repeat prefix is one of those that use DI, SI implicitly. */
bool form_is(const struct form *form, const char *const *names, size_t count);

#endif
