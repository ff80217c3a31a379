/* The ways to run a guest on a processor that cannot be virtualized, side by side: the comparison of the literature, on one guest. */
#ifndef POPEK_MACHINE_TECHNIQUE_H
#define POPEK_MACHINE_TECHNIQUE_H

#include "session.h"

enum technique {
    TECHNIQUE_TRAP,      /* pure trap and emulate: what does not trap by itself runs as it is */
    TECHNIQUE_SCAN,      /* scan before execute */
    TECHNIQUE_PATCH,     /* the holes replaced in the program beforehand: pre-virtualization */
    TECHNIQUE_HYPERCALL, /* all sites replaced by hypercalls beforehand: para-virtualization */
    TECHNIQUES
};
const char *technique_name(enum technique t); /* "trap", ... */
/* Does it run a program that popek rewrite has changed? */
bool technique_rewrites(enum technique t);

/* What one technique made of the guest. */
struct technique_row {
    bool ran;
    const char *unusable; /* why it did not run */
    size_t placed, sites; /* of a rewritten program: sites replaced, and all of them */
    bool equivalent;      /* the guest showed what it shows on the bare machine, and ended as there, if it ended there at all */
    enum computer_end end;
    size_t shown;         /* bytes at the serial port, ... */
    char last_line[100];  /* ... and the last line of them that is not empty, cut where it is too long */
    char difference[512]; /* where it did not */
    char witness[512];    /* TECHNIQUE_TRAP: the first instruction that did something else without a trap; "" when none was found */
    uint64_t exits;       /* times that the guest's code was left, for whatever reason */
    uint64_t emulated;    /* of a rewritten program: times that a replaced instruction was executed by the monitor */
    double seconds;       /* of processor time, the monitor's and the guest's, without starting */
    double guest_seconds; /* of them in the child */
};
struct technique_table {
    uint64_t instructions; /* that the bare machine executed */
    bool unfinished;       /* it had not come to its end by then: the techniques are compared with the beginning alone */
    size_t shown;          /* bytes that it had sent to its serial port */
    double own_seconds;    /* what the guest's own instructions took: the time in the child without what entering and leaving costs, of the technique
                              with the fewest exits; 0: too little to tell it from the cost of the exits */
    double at_most;        /* own_seconds 0: the guest's own instructions took less than this */
    struct technique_row rows[TECHNIQUES];
};

/* How one technique does: `guest` and `bare` have booted it, both with the same memory; `guest` the rewritten program where there is one. After the
 * call `bare` has run, unless it had before. */
struct technique_run {
    enum technique technique;
    struct computer *guest, *bare;
    enum computer_end bare_end;
    const struct native_tables *native;
    uint8_t *met;       /* TECHNIQUE_SCAN: see session.h */
    const char *except; /* lines that contain this are not compared; NULL: all are */
};
void technique_execute(const struct technique_run *r, struct technique_table *table);
/* The bare machine: runs the model, at most so many instructions. */
enum computer_end technique_bare(struct computer *bare, uint64_t instructions, struct technique_table *table);
/* Once all rows are there: what the guest took by itself. */
void technique_finish(struct technique_table *table, const struct native_tables *native, const struct computer *bare);

/* hole_witness.c: runs the model from the start, and tries every instruction that direct execution must not run on this processor as it is, alone, in
 * the same state: the first that does something else. Looks at `instructions` at most. False: none was found; *text is "". */
bool hole_witness(struct computer *c, struct computer *scratch, const struct native_tables *native, uint64_t instructions, char *text, size_t size);

#endif
