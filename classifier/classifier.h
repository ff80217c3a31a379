/* Decides the Popek and Goldberg classes of every form of an ISA with Z3, and what they mean for Theorems 1, 2 and 3. */
#ifndef POPEK_CLASSIFIER_H
#define POPEK_CLASSIFIER_H

#include "../isa-model/evaluate.h"
#include "../isa-model/isa.h"

enum definition { DEFINITION_REPAIRED, DEFINITION_LITERAL };
enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNDECIDED };
enum verdict_class { VERDICT_PRIVILEGED_SENSITIVE, VERDICT_SENSITIVE_UNPRIVILEGED, VERDICT_PRIVILEGED_ONLY, VERDICT_INNOCUOUS, VERDICT_UNDECIDED };

/* The questions of shared definitions (docs/definitions.md). PRIVILEGED needs two queries: no user state escapes, and some supervisor state runs. */
enum question {
    QUESTION_USER_ESCAPES,    /* repaired: a user state that does not trap; literal: a pair that does not behave */
    QUESTION_SUPERVISOR_RUNS, /* a supervisor state that does not trap (repaired only) */
    QUESTION_CONTROL,
    QUESTION_USER_CONTROL,
    QUESTION_LOCATION,
    QUESTION_USER_LOCATION,
    QUESTION_MODE,
    QUESTION_HOLE,
    QUESTION_TIMING,
    QUESTION_IDENTITY,
    QUESTION_COUNT
};

/* One state of a witness, by the isa's own symbols, with what the form did from it. */
struct witness_state {
    const char *role; /* "state", "first", "second", "virtual machine", "on the hardware" */
    struct valuation *before;
    struct step_result result;
};
struct witness {
    enum question question;
    unsigned state_count; /* 1 or 2 */
    struct witness_state states[2];
    const unsigned *differences;
    size_t difference_count; /* leaves, then leaf_count + operand: what makes it a witness, after the step */
};

#define FINGERPRINT_TEXT 65u /* 64 hexadecimal digits */

struct query_record {
    const char *form_text, *mode;
    enum question question;
    unsigned configuration;
    enum answer answer;
    double seconds;
};

struct form_verdict {
    unsigned form, mode; /* indices into the isa */
    enum verdict_class class;
    enum answer answers[QUESTION_COUNT];
    enum answer privileged, sensitive, behaviour, user_sensitive; /* derived */
    /* It completes in no state of the profile, whatever the mode: an instruction of a guest on a host, say. Undecided under the literal definition,
     * which does not ask whether a supervisor state runs. */
    enum answer always_traps;
    /* What the configuration search found for the hole: whether some setting closes it, and the fewest free bits to change from their plain values.
     */
    enum answer closable;
    unsigned closing_mask, closing_bits;
    unsigned fingerprints[QUESTION_COUNT]; /* 1 + index of what was decided; 0: not asked, or no fingerprints were wanted */
    unsigned same_as;        /* the verdict that decided this one too: the same semantics in the same states; itself when it was decided */
    struct witness *witness; /* the most telling one: hole, else control, location, mode, else NULL */
};

struct theorem {
    enum answer holds;
    const unsigned *violations;
    size_t violation_count; /* indices into verdicts */
};

/* One row of the configuration search. Bit i of `bits` is free bit i of the profile. */
struct configuration_result {
    unsigned bits;
    unsigned holes, undecided;
};

struct classification {
    const struct isa *isa;
    unsigned profile;
    enum definition definition;
    unsigned configuration; /* the one the verdicts are for */
    const struct form_verdict *verdicts;
    size_t verdict_count;
    struct theorem theorem[3];
    enum answer virtualizable_pointwise; /* no form has a hole */
    bool searched;                       /* the search below was made */
    struct configuration_result plain, best;
    const unsigned *never_closed;
    size_t never_closed_count; /* verdict indices: holes in every configuration */
    const struct query_record *queries;
    size_t query_count;
    const char (*fingerprints)[FINGERPRINT_TEXT]; /* SHA-256 of the file that smt2_directory gets, without its first line */
    size_t fingerprint_count;
    const char *const *assumptions;
    size_t assumption_count; /* sentences: profile, undefined results, opaque functions, restrictions */
};

struct classify_options {
    unsigned profile;
    int mode; /* operating mode, -1: all */
    enum definition definition;
    const char *instruction; /* only this instruction or form text; NULL: all */
    bool best;               /* classify under the best configuration found; else under `configuration` */
    unsigned configuration;
    bool search;                                                /* make the configuration search even when it is not needed for the verdicts */
    unsigned resource_limit;                                    /* Z3 rlimit for one query; 0: the default (generous) */
    const char *smt2_directory;                                 /* write every query there; NULL: do not */
    bool fingerprints;                                          /* of every query; takes as long as writing them */
    void (*progress)(void *context, size_t done, size_t total); /* told before each verdict; NULL: nobody */
    void *progress_context;
};

/* On failure NULL and `*message` (free it) says why: out of memory, directory not writable, no form of that name, or an internal error
 * (a witness that does not replay, `*internal` set). */
struct classification *classify(const struct isa *isa, const struct classify_options *options, char **message, bool *internal);
void classification_free(struct classification *c);

/* Plays the witness again from its states with the evaluator and the definition; false when it does not show what it claims. */
bool witness_replays(const struct isa *isa, const struct classify_options *options, unsigned configuration, const struct form_verdict *verdict,
                     const struct witness *witness);

const char *question_name(enum question q);           /* "control", "hole", ... */
const char *verdict_class_name(enum verdict_class c); /* "privileged-sensitive", ... */
#endif
