/* Every form on a machine under test: what the tables predict against what happens. */
#ifndef POPEK_HARDWARE_PROBE_H
#define POPEK_HARDWARE_PROBE_H

#include "compare.h"
#include "hardware.h"

struct explanations;
struct system_forms;

enum probe_verdict {
    PROBE_AGREES,
    PROBE_EMULATED,        /* the tables say that it traps because of UMIP; the system software did its work */
    PROBE_ABSENT,          /* CPUID says that the extension is not there, and it is #UD */
    PROBE_ABSENT_EXECUTES, /* not there, and it does something else than #UD: a hint, or an older meaning of the bytes */
    PROBE_KNOWN,           /* differs, as the records say */
    PROBE_CANNOT_RUN,      /* excluded, with a reason */
    PROBE_DIFFERS,
    PROBE_VERDICT_COUNT
};
const char *probe_verdict_name(enum probe_verdict v);

/* A form in one world. */
struct probe_form {
    unsigned form;
    unsigned world;
    unsigned runs[PROBE_VERDICT_COUNT];
    const char *reason; /* PROBE_CANNOT_RUN: why; PROBE_KNOWN: the record */
};

/* How many rows are kept: of what differs, in all; of recorded differences, of each form in each world. */
#define PROBE_ROWS_MOST 4096u
#define PROBE_KNOWN_ROWS_MOST 2u
/* A run that is worth showing: one that differs, or is known to. */
struct probe_row {
    unsigned form, world, number;
    bool memory;
    enum probe_verdict verdict;
    const char *blame, *reason; /* of the record; NULL */
    struct run run;
    char expected[EXPECTED_TEXT], seen[SEEN_TEXT];
    struct difference differences[DIFFERENCES_MOST];
    size_t difference_count;
};

/* The property of Popek and Goldberg that a monitor or machine with this difference breaks. */
const char *probe_property(const struct probe_row *r);

struct probe_options {
    const char *instruction; /* this instruction or form text; NULL: all */
    const char *mode;        /* name of an operating mode, or a code size ("16", "32", "64"); NULL: all that the backend has */
    int cpl;                 /* -1: all */
    uint64_t seed;
    unsigned states;             /* for each variant of a form */
    unsigned shard, shard_count; /* forms with form % shard_count == shard */
    bool all_forms;              /* not only system forms, where a backend restricts itself to them */
    bool dry_run;
    const char *records;       /* text of recorded differences, NULL: none */
    unsigned wrong_prediction; /* negative control: this bit of RAX is predicted wrong (1 to 64), 0: none */
};

/* Whether someone who asked for `asked`, as in the options, gets this mode. */
bool probe_mode_wanted(const char *asked, enum matcher_mode mode);
bool probe_world_wanted(const struct probe_options *o, const struct world *w);
/* A form of this part that was asked for, or that the backend runs unasked; it has semantics in the world's mode. */
bool probe_form_wanted(const struct probe_options *o, const struct isa *isa, const struct system_forms *system, const struct world *w, unsigned form);

struct probe {
    const struct isa *isa;
    const char *backend;
    const char *description; /* of the machine */
    const struct world *worlds;
    size_t world_count;
    struct probe_form *forms;
    size_t form_count;
    struct probe_row *rows;
    size_t row_count, rows_left_out; /* left out: of what differs */
    size_t runs;
    size_t totals[PROBE_VERDICT_COUNT]; /* runs */
    double seconds;
    struct probe_options options;
    struct explanations *explanations; /* what the reasons are in; which recorded differences showed */
};

/* NULL: *message (free it) says why, or is NULL when memory is exhausted. The result borrows from `isa` and `backend`. */
struct probe *probe_make(const struct isa *isa, const struct matcher *m, struct backend *backend, const struct probe_options *options,
                         char **message);
void probe_free(struct probe *p);

#endif
