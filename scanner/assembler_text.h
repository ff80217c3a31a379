/* A program for the GNU assembler taken apart into statements (manual of GNU as, chapters 3 and 7; x86: 9.16). Internal to the scanner. */
#ifndef POPEK_SCANNER_ASSEMBLER_TEXT_H
#define POPEK_SCANNER_ASSEMBLER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What may be an instruction: a call of a macro looks alike, but for the macros of the same text. Labels, comments and separators are not part of it.
 */
struct statement {
    size_t start, end; /* offsets in the text */
    uint32_t line;     /* the first is 1 */
    uint8_t bits;      /* 16, 32, 64: what .code16, .code32 and .code64 have set */
    bool intel;        /* .intel_syntax */
    bool bare;         /* registers without % */
    bool arguments;    /* has arguments of a macro or of .irp in it: a backslash */
    bool follows;      /* nothing but white space, separators and comments lies between it and the statement before */
};

struct statements {
    struct statement *list;
    size_t count, capacity;
};

/* `bits` is what the program starts with. False when memory is exhausted. */
bool assembler_text_read(struct statements *s, const char *text, size_t size, unsigned bits);
void assembler_text_free(struct statements *s);

#endif
