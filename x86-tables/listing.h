/* Bytes as a list of instructions: form, operands, and the disassembler's text. */
#ifndef POPEK_LISTING_H
#define POPEK_LISTING_H

#include "../isa-model/isa.h"
#include "matcher.h"

struct listing_row {
    size_t offset;
    const uint8_t *bytes; /* of the caller */
    size_t size;          /* the instruction's length, or all bytes that are left when it is invalid */
    struct decoded decoded;
    const struct form *form; /* NULL: not even that much is known */
    struct matcher_operand operands[MATCHER_OPERANDS];
    size_t operand_count;
    char text[192];         /* of the disassembler, empty when it knows none */
    const char *class_name; /* NULL: not asked for or not known */
};

struct listing {
    const struct isa *isa;
    const char *profile; /* what the classes are about, NULL */
    enum matcher_mode mode;
    struct listing_row *rows; /* the last one may be invalid: what follows it is not known */
    size_t row_count;
    bool complete; /* all bytes are instructions */
};

/* Gives the class of a form in a mode, as it is to be shown; NULL when there is none. */
typedef const char *(*listing_class)(void *context, const struct isa *isa, const struct form *form, enum matcher_mode mode);

/* NULL when memory is exhausted. `class_of` may be NULL. */
struct listing *listing_make(const struct matcher *m, const struct isa *isa, enum matcher_mode mode, const uint8_t *bytes, size_t size,
                             const char *profile, listing_class class_of, void *context);
void listing_free(struct listing *l);

#endif
