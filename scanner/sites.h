/* The sites that an annotated program records in its section .popek.sites. */
#ifndef POPEK_SCANNER_SITES_H
#define POPEK_SCANNER_SITES_H

#include "annotate.h"

struct site_record {
    uint64_t address;     /* of the first byte; offset in the section for relocatable objects */
    uint64_t file_offset; /* of the first byte */
    uint32_t section;     /* of the file's own table */
    uint8_t total;        /* bytes with the room */
    uint8_t before;       /* of them before the instruction */
    uint8_t length;       /* of the instruction */
    uint8_t memory;       /* sensitive memory that it touches, see annotate_line; 0: none that is known */
    uint8_t bits;         /* 16, 32, 64 */
    /* Registers and flags that must be as the instruction leaves them, or that it reads: bits of footprint.h, and all others set. A bit that is
     * clear: whatever a replacement leaves there, no instruction of the program reads it. See docs/annotate.md for what that takes for granted. */
    uint32_t live;
    const char *form; /* "" : not known; in the file's bytes */
};

struct site_records {
    struct site_record *list; /* by file offset */
    size_t count;
    bool present; /* the file has the section */
    bool damaged; /* a record that is cut off, or whose bytes are not in the file; those behind it are left out */
    bool unknown; /* the same because it is of a version that is not known here */
};

#define SITE_LIVE_UNKNOWN UINT32_MAX /* records of the first version, and where nothing was found out */

/* Reads the records of an ELF file. False when memory is exhausted. `bytes` must outlive the result. */
bool sites_read(struct site_records *r, const uint8_t *bytes, size_t size);
void sites_free(struct site_records *r);

#endif
