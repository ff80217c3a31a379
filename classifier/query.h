/* Builds the questions of docs/definitions.md as single terms. */
#ifndef POPEK_QUERY_H
#define POPEK_QUERY_H

#include "classifier.h"

#include "../isa-model/term_cone.h"

/* How a second state differs from the first one. */
enum side_kind { SIDE_FIRST, SIDE_RELOCATED, SIDE_OTHER_MODE, SIDE_OTHER_CLOCK, SIDE_OTHER_IDENTITY, SIDE_HARDWARE, SIDE_COUNT };

struct side {
    enum side_kind kind;
    struct substitution *substitution; /* NULL: the first state */
    symbol *symbols;                   /* by leaf: the symbol of its value before */
    term *terms;                       /* by leaf: its value before; not of arrays */
};

struct query_context {
    const struct isa *isa;
    const struct profile *profile; /* as it reads in the mode that is asked about */
    unsigned profile_number;
    enum definition definition;
    struct side sides[SIDE_COUNT];
    term *leaf_terms; /* by leaf: its value in the first state; not of arrays */
    symbol *indices;  /* by leaf: an index at which two arrays differ */
    symbol *new_psw;  /* by leaf: the value that a trap loads, in the literal reading */
};

bool query_context_open(struct query_context *q, const struct isa *isa, unsigned profile, enum definition definition);
/* The following questions are about this mode. */
void query_context_mode(struct query_context *q, unsigned mode);
void query_context_close(struct query_context *q);

/* The variables that tell the states of this mode from those of others, in both states of the question. Writes at most `most`, returns how many. */
size_t query_frame(const struct query_context *q, struct cone *cone, unsigned mode, enum question question, symbol *symbols, size_t most);
/* The term whose models answer the question with yes. */
term query_build(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration);
/* A smaller term whose models are among those: the program counter differs; for a hole, the virtual machine traps. Of questions about one state the
 * same term. TERM_NONE: out of memory. */
term query_build_narrow(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration);
/* Of a question about two states that differ in location or mode: what it asks of the first one alone. TERM_NONE: out of memory. */
term query_build_alone(struct query_context *q, const struct semantics *semantics, unsigned mode, enum question question, unsigned configuration);
/* The model of a first state, with a second one that is its twin: all that may differ has the value of the first. NULL: out of memory. */
struct valuation *query_twin(const struct query_context *q, enum question question, const struct valuation *first);
/* The second state of the question, or SIDE_FIRST when it is about one state. */
enum side_kind question_side(enum question question, enum definition definition);
bool is_mapped(const struct profile *profile, unsigned leaf, term *value);
bool is_free_bit(const struct profile *profile, unsigned leaf);
/* A part of M or R, whose change makes an instruction control sensitive. */
bool is_owned(const struct leaf *leaf);
bool is_visible(const struct leaf *leaf);
/* A part of the PSW that a trap stores and loads: M, R and P. Arrays are not. */
bool is_in_psw(const struct leaf *leaf);
/* A host state in which a guest can run at all; unsatisfiable when the configuration contradicts what the profile assumes. */
term query_build_host(struct query_context *q, unsigned mode, unsigned configuration);

#endif
