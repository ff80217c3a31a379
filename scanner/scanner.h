/* Finds the instructions of a binary that a monitor must care about: holes, sensitive and privileged forms. */
#ifndef POPEK_SCANNER_H
#define POPEK_SCANNER_H

#include "../x86-tables/matcher.h"

struct form_footprint;

/* What is known of one form in one mode under a profile. The strings belong to whoever made the table. */
struct scan_form {
    bool site;              /* a hole, sensitive, privileged, or undecided: to be reported */
    bool hole;              /* runs natively with another result than on the machine */
    bool undecided;         /* the solver gave up on whether it is a hole */
    bool filling;           /* linkers and compilers fill gaps between functions with it: INT3 */
    const char *class_name; /* "sensitive-unprivileged", ... */
    const char *closed_by;  /* "cr4.umip=1", "no configuration", or "" */
};

/* What to look for. */
struct scan_question {
    const struct matcher *matcher;
    size_t form_count;
    /* The table of a mode, by form number; NULL: it could not be made. It lives as long as the context. Threads may ask at the same time. */
    const struct scan_form *(*forms)(void *context, enum matcher_mode mode);
    /* By form number, where an instruction goes on (x86-tables/transfer.h); for `breakpoints` alone. NULL: it could not be made. */
    const uint8_t *(*transfers)(void *context, enum matcher_mode mode);
    /* By form number, which registers it reads and overwrites (x86-tables/footprint.h); for annotate_text alone. NULL: they could not be made. */
    const struct form_footprint *(*footprints)(void *context, enum matcher_mode mode);
    void *context;
    int mode;         /* enum matcher_mode, -1: as the file says */
    bool raw;         /* the file is code and nothing else, at address `base` */
    uint64_t base;    /* of raw code */
    bool all_bytes;   /* look at every offset, not at instruction boundaries alone */
    bool filling;     /* runs of two or more filling instructions are sites, too; else they are counted and passed over; all_bytes implies it */
    bool breakpoints; /* basic blocks, and where a monitor that scans before it executes must stop; one thread for each file then */
    bool only_counts; /* neither functions nor source lines of sites are wanted */
    unsigned jobs;    /* threads; 0 is 1 */
};

#define SCAN_LONGEST 15u
struct scan_site {
    uint64_t address;     /* as the program sees it; offset in the section for relocatable objects */
    uint64_t file_offset; /* in bytes, from the start of the file (of an archive: of the archive) */
    uint32_t section;     /* index into scan_binary.sections */
    uint32_t form;
    uint32_t line;        /* in `source`; 0: not known */
    uint8_t mode, length; /* enum matcher_mode; bytes */
    bool overlapping;     /* not at a boundary of the sweep: found with all_bytes */
    uint8_t bytes[SCAN_LONGEST];
    const char *function; /* NULL: no symbol covers it */
    uint64_t function_offset;
    const char *source; /* file of the source from DWARF, NULL */
};

/* Why a monitor that scans before it executes must stop at an instruction. */
enum scan_reason {
    SCAN_STOP_REPLACE,  /* it would run with another result than on the machine: something that traps goes into its place */
    SCAN_STOP_TRAPS,    /* it traps by itself: nothing is to be put there */
    SCAN_STOP_COMPUTED, /* registers or memory say where it goes: the target is looked at before it is gone to */
    SCAN_STOP_OUTSIDE,  /* it goes to code that was not scanned, or a linker still has to say where */
    SCAN_STOP_MIDDLE,   /* it goes into the middle of an instruction, or to bytes that are none */
    SCAN_STOP_GAP,      /* what follows is no instruction, or filling */
    SCAN_REASONS
};
struct scan_stop {
    struct scan_site site;           /* the instruction; it is no site in the sense above for the last four reasons */
    uint8_t reason;                  /* enum scan_reason */
    uint64_t target;                 /* OUTSIDE (0: not known), MIDDLE, GAP: an address */
    uint64_t block_start, block_end; /* addresses; the end is that behind the last instruction */
    uint32_t block_instructions;
};

struct scan_section {
    const char *name;
    uint64_t address, size; /* bytes */
    const struct scan_form *forms;
};

/* One binary: a file, or a member of an archive. Everything in it belongs to it. */
struct scan_binary {
    char *name;         /* "path" or "path(member)" */
    const char *format; /* "ELF executable", ... */
    enum matcher_mode mode;
    bool relocatable; /* addresses are offsets in sections */
    struct scan_section *sections;
    size_t section_count;
    uint64_t code_bytes, instructions;
    uint64_t skipped;        /* bytes that start no instruction */
    uint64_t filled;         /* bytes of filling that was passed over */
    struct scan_site *sites; /* by section and address */
    size_t site_count;
    struct scan_stop *stops; /* with `breakpoints`: by section and address; a block's stops follow each other */
    size_t stop_count;
    size_t block_count, free_blocks; /* basic blocks; those without a stop */
    char *warning;                   /* what of the file could not be read, NULL */
    char **strings;
    size_t string_count;
};

enum scan_status {
    SCAN_FINE,
    SCAN_UNREADABLE, /* the file cannot be opened or mapped; *message says why, NULL: no regular file */
    SCAN_UNKNOWN,    /* no binary that is known here; *message may say more */
    SCAN_BAD,        /* damaged, or of a kind that is refused; *message says what */
    SCAN_NO_TABLE,   /* scan_question.forms gave none */
    SCAN_OUT_OF_MEMORY
};

struct scan_result {
    enum scan_status status;
    char *message; /* for people, NULL when the status says it all; free with scan_result_free */
    struct scan_binary *binaries;
    size_t binary_count; /* those that were scanned, whatever the status */
};

/* Scans a file, which is mapped. Never reads outside of it, whatever it holds. A file that becomes shorter meanwhile is SCAN_BAD; for that the
 * process has a handler of SIGBUS while files are scanned, which leaves other bus errors as they were. */
struct scan_result scan_file(const struct scan_question *q, const char *path);
/* The same of bytes in memory, which stay the caller's and are not changed; `path` is for messages. */
struct scan_result scan_bytes(const struct scan_question *q, const char *path, const uint8_t *bytes, size_t size);
void scan_result_free(struct scan_result *r);

#endif
