/* The evidence matrix: for each form and mode, what was decided, replayed, run on machines and proven; and what was not. */
#ifndef POPEK_EVIDENCE_H
#define POPEK_EVIDENCE_H

#include "../classifier/classifier.h"

#include <jansson.h>

enum evidence_column {
    EVIDENCE_CLASS,          /* the class, decided by the solver */
    EVIDENCE_REPLAYED,       /* its witness, played again by the evaluator */
    EVIDENCE_NATIVE,         /* runs against the tables' predictions: this processor in user mode */
    EVIDENCE_KVM,            /* a guest under KVM */
    EVIDENCE_UNICORN,        /* an emulator */
    EVIDENCE_WITNESS_NATIVE, /* the witness on those machines */
    EVIDENCE_WITNESS_KVM,
    EVIDENCE_WITNESS_UNICORN,
    EVIDENCE_DIRECT,  /* forms that run directly: that there is no hole */
    EVIDENCE_HANDLER, /* forms that trap: that the monitor's routine is proven */
    EVIDENCE_CLOSED,  /* holes: how they are closed */
    EVIDENCE_COLUMN_COUNT
};
const char *evidence_column_name(enum evidence_column c);  /* "class", "replayed", ... */
const char *evidence_column_title(enum evidence_column c); /* for people */

enum evidence_state {
    EVIDENCE_EMPTY,    /* nothing is known */
    EVIDENCE_GIVEN,    /* there is evidence */
    EVIDENCE_EXCLUDED, /* the question does not arise, or a known reason keeps it from being answered */
    EVIDENCE_AGAINST,  /* something was seen that contradicts the tables */
    EVIDENCE_STATE_COUNT
};
const char *evidence_state_name(enum evidence_state s); /* "empty", "evidence", "excluded", "against" */

struct evidence_cell {
    enum evidence_state state;
    const char *text; /* what it is, or why not; of the matrix */
};
struct evidence_row {
    const struct form_verdict *verdict;
    struct evidence_cell cells[EVIDENCE_COLUMN_COUNT];
};

/* A reason why cells are excluded, and how many. */
struct evidence_reason {
    enum evidence_column column;
    const char *text;
    size_t count;
};

struct evidence {
    const struct classification *classification;
    const struct evidence_row *rows;
    size_t row_count;
    size_t totals[EVIDENCE_COLUMN_COUNT][EVIDENCE_STATE_COUNT];
    const struct evidence_reason *exclusions; /* by column, the most frequent first */
    size_t exclusion_count;
    const char *const *sources; /* what the matrix was made of: a line for each machine and each unit of proofs */
    size_t source_count;
};

struct evidence_inputs {
    const struct classification *classification; /* with fingerprints and the configuration search */
    json_t *const *results;                      /* documents of popek probe --format json, or popek merge */
    const char *const *result_names;
    size_t result_count;
    json_t *const *ledgers; /* of proofs: one unit (proofs/record), or `units` of all (build/proofs/ledger.json) */
    const char *const *ledger_names;
    size_t ledger_count;
};

/* Borrows the classification. NULL: *message (free it) says what is wrong with an input, or is NULL when memory is exhausted. */
struct evidence *evidence_make(const struct evidence_inputs *inputs, char **message);
void evidence_free(struct evidence *e);

#endif
