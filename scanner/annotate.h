/* Pre-virtualization: the instructions of an assembler program that a monitor must care about get labels, and room for what replaces them. */
#ifndef POPEK_SCANNER_ANNOTATE_H
#define POPEK_SCANNER_ANNOTATE_H

#include "../isa-model/isa.h"
#include "scanner.h"

/* A line of the text, and what a run has seen it touch. */
struct annotate_line {
    uint32_t line;
    uint8_t memory; /* not 0; what is recorded (machine/memory_profile.h: enum memory_kind) */
};

struct annotate_question {
    const struct scan_question *scan; /* the class table and the matcher */
    const struct isa *isa;
    const char *assembler;             /* GNU as, looked for in PATH */
    const char *const *flags;          /* for it, ended by NULL: "--32", "-march=...", "-I", "dir" */
    unsigned bits;                     /* 32 or 64: of the object file */
    unsigned room;                     /* bytes that an annotated instruction takes at least; 0: nothing is added */
    bool only_holes;                   /* else every site, see scan_form */
    const struct annotate_line *lines; /* whose instructions with a memory operand are sites, too */
    size_t line_count;
    const char *const *except; /* instructions that are left alone, by the names of the tables, ended by NULL; NULL: none */
};

/* An instruction that ought to have a label and has none (a macro makes it of its arguments, or bytes are written by hand), or a label of an
 * instruction that is no site (the same, the other way round). */
struct annotate_gap {
    uint32_t line; /* of the text, 0: not known */
    bool unlabelled;
    uint32_t form;   /* of unlabelled ones */
    uint64_t offset; /* in its section of the object */
};

enum annotate_status {
    ANNOTATE_FINE,
    ANNOTATE_NO_ASSEMBLER, /* it cannot be run; *message says why */
    ANNOTATE_BAD,          /* the annotated program does not assemble, which may be because the original does not; *message has the first lines */
    ANNOTATE_NO_TABLE,     /* scan_question.forms gave none */
    ANNOTATE_OUT_OF_MEMORY
};

struct annotate_result {
    enum annotate_status status;
    char *message;
    char *text; /* the annotated program: line n of it is line n of the original */
    size_t size;
    size_t statements; /* that were annotated; a macro's body counts once */
    size_t labels;     /* of the assembled program */
    struct annotate_gap *gaps;
    size_t gap_count;
};

/* Annotates a program. Temporary files are made in a directory of their own below $TMPDIR or /tmp, and removed. */
struct annotate_result annotate_text(const struct annotate_question *q, const char *text, size_t size);
void annotate_result_free(struct annotate_result *r);

/* The section that labels are recorded in, one record behind the other; it is not loaded. A record: the address of the first byte (8 bytes), how many
 * bytes there are with the room, how many of them lie before the instruction, how long it is, which sensitive memory it touches (0: it is a site for
 * what it is), 2 for this version of records, and 16, 32 or 64 (1 byte each), what is live there (4 bytes, site_record.live), the form as text
 * ("" when a macro's arguments say which), ended by a zero byte. Numbers are little-endian. Records of the first version have neither the 2 nor what
 * is live: in their place is 16, 32 or 64. */
#define ANNOTATE_SECTION ".popek.sites"
#define ANNOTATE_VERSION 2

#endif
