/* Puts calls, hypercalls or traps in the place of a binary's sites, and takes them out again. */
#ifndef POPEK_SCANNER_REWRITE_H
#define POPEK_SCANNER_REWRITE_H

#include "../isa-model/isa.h"
#include "scanner.h"

enum rewrite_kind {
    REWRITE_HEADER,    /* not code: fields of the ELF header that changed with the section of the originals */
    REWRITE_TRAP,      /* INT3: one byte, CC */
    REWRITE_HYPERCALL, /* INT n: two bytes */
    REWRITE_CALL       /* near CALL of an entry point of the monitor: five bytes */
};

struct rewrite_question {
    const struct scan_question *scan; /* the class table and the matcher */
    const struct isa *isa;
    enum rewrite_kind kind;
    uint8_t vector;            /* of REWRITE_HYPERCALL */
    const char *entry;         /* of REWRITE_CALL: a symbol of the file */
    bool all_sites;            /* else holes alone: the others trap by themselves */
    bool memory;               /* annotated instructions that touch sensitive memory, too */
    bool only_annotated;       /* only what .popek.sites records; else what a scan finds, too */
    const char *const *except; /* instructions that are left alone, ended by NULL; NULL: none */
    /* In a file without annotations: whether what a scan has found at a place is known to be code. NULL: it is taken for code. */
    bool (*is_code)(const void *context, uint64_t file_offset);
    const void *context;
};

enum rewrite_outcome {
    REWRITE_PLACED,
    REWRITE_TOO_SHORT,    /* the instruction, with its room, is shorter than the replacement */
    REWRITE_OUT_OF_REACH, /* the entry point is too far for a near CALL, or the code is 16-bit code */
    REWRITE_OVERLAPS,     /* it lies in the place of another site */
    REWRITE_IN_TABLES     /* it lies in the headers of the file */
};

/* What is rewritten, or is not. The bytes of a placed site behind its replacement are no-ops (90). */
struct rewrite_place {
    uint64_t address, file_offset; /* of the first byte */
    uint32_t form;
    uint8_t total, before, length; /* bytes: with the room; before the instruction; of the instruction */
    uint8_t bits;                  /* 16, 32, 64 */
    bool annotated;
    uint32_t live; /* site_record.live of annotated ones; else all */
    enum rewrite_outcome outcome;
};

enum rewrite_status {
    REWRITE_FINE,
    REWRITE_BAD,      /* no linked ELF file for x86, damaged, rewritten already, or (undo) not rewritten: *message */
    REWRITE_NO_ENTRY, /* the file has no such symbol */
    REWRITE_NO_TABLE, /* scan_question.forms gave none */
    REWRITE_OUT_OF_MEMORY
};

struct rewrite_result {
    enum rewrite_status status;
    char *message;
    uint8_t *bytes; /* the new file */
    size_t size;
    struct rewrite_place *places; /* by file offset */
    size_t place_count;
    size_t stale; /* records of .popek.sites whose bytes are no site any more, or are not asked for */
};

/* `bytes` are an ELF executable or shared object, whose segments stay where they are: the originals go to a new section at the end. */
struct rewrite_result rewrite_file(const struct rewrite_question *q, const char *path, const uint8_t *bytes, size_t size);
/* The file as it was, byte by byte. */
struct rewrite_result rewrite_undo(const uint8_t *bytes, size_t size);
void rewrite_result_free(struct rewrite_result *r);

/* What was at a place that was rewritten: what a monitor needs to emulate. */
struct rewrite_original {
    uint64_t file_offset, address;
    uint8_t total, before, length, bits;
    uint8_t kind;      /* enum rewrite_kind */
    uint8_t bytes[16]; /* `total` of them; the instruction starts at `before` */
};
#define REWRITE_SECTION ".popek.original"

/* The originals of a rewritten file, in the order of the file; the caller frees *list. False: it has none, or they are damaged. */
bool rewrite_originals(const uint8_t *bytes, size_t size, struct rewrite_original **list, size_t *count, uint64_t *original_size);

#endif
