/* A user's handlers, or a whole emulator, against the reference step: the states that are tried, what differs, and how it is told. */
#ifndef POPEK_CHECKER_H
#define POPEK_CHECKER_H

#include "../isa-model/emitted.h"
#include "../isa-model/isa.h"
#include "../x86-tables/matcher.h"

enum check_property {
    CHECK_PRIVILEGE,     /* it is done at a privilege level at which it must fault */
    CHECK_ACCEPTS,       /* it is done where it must fault */
    CHECK_REFUSES,       /* it faults where it must be done */
    CHECK_WRONG_FAULT,   /* another exception, or the right one with another error code */
    CHECK_WRONG_STATE,   /* done as it must be, but the state or an operand is another one */
    CHECK_FAULT_CHANGES, /* the right fault, but something has changed */
    CHECK_OUTSIDE,       /* it wrote where nothing was given to it */
    CHECK_CRASH,
    CHECK_HANG,
    CHECK_LEAK,
    CHECK_PROPERTY_COUNT
};
const char *check_property_rule(enum check_property p);  /* "privilege-check-missing": stable, for programs */
const char *check_property_title(enum check_property p); /* for people, with the property of Popek and Goldberg */

struct check_value {
    char name[64]; /* "cpl", "operand dst", "descriptor_memory[0x1000]" */
    word128 value;
};
struct check_difference {
    char name[64];
    word128 expected, seen;
};
#define CHECK_DIFFERENCES 12u
#define CHECK_INPUTS 96u

enum check_standing { CHECK_NEW, CHECK_ACCEPTED /* a baseline has it */, CHECK_EXPIRED /* a baseline had it */ };

struct check_finding {
    unsigned form, mode; /* of the isa */
    size_t number;       /* of the form in the mode, in the order of the tables */
    enum check_property property;
    char expected[64], seen[64];
    struct check_difference differences[CHECK_DIFFERENCES];
    size_t difference_count;
    struct check_value inputs[CHECK_INPUTS]; /* all that is not 0, after minimising */
    size_t input_count;
    uint64_t states;       /* that showed it */
    uint64_t first;        /* number of the first state of the form that showed it, from 1 */
    double seconds;        /* since the start */
    struct place place;    /* of the trap statement that should have been taken; its file is NULL when there is none */
    char fingerprint[160]; /* of form, mode, property and what differs */
    enum check_standing standing;
    const char *reason; /* of the baseline, or the recorded cause of a machine's difference; NULL */
    char *test;         /* a C function that shows it again; owned by the report */
};

/* A form in a mode. */
struct check_form {
    unsigned form, mode;
    size_t number;
    unsigned targets, covered, impossible, undecided; /* of the reference; the rest was not exercised, and `note` says why */
    unsigned traps, traps_covered;                    /* trap points among them that are not impossible */
    uint64_t states, unhandled;
    const char *note; /* NULL, or why not everything was exercised */
};

struct check_options {
    const char *instruction; /* this instruction or form; NULL: all */
    int mode;                /* of the isa; -1: all */
    uint64_t states;         /* random ones for each form, besides those of the solver */
    double seconds;          /* time for random states after that; 0: none */
    uint64_t seed;
    unsigned shard, shard_count;
    bool system_only; /* only forms that read or change more than what a program uses freely */
    bool stop_early;  /* each form: until the first finding */
    unsigned resource_limit;
    unsigned hang_milliseconds;
    const char *paths;   /* file of explored states; NULL: none is read or written */
    const char *records; /* text of recorded differences of machines (hardware/records.h); NULL: none */
    void (*progress)(void *context, size_t done, size_t all);
    void *progress_context;
};

struct check_report {
    const struct isa *isa;
    const char *subject; /* the plug-in's name, or the target's */
    const char *const *declarations;
    size_t declaration_count;
    struct check_form *forms;
    size_t form_count;
    struct check_finding *findings;
    size_t finding_count;
    size_t findings_left_out;
    const char *const *fixed; /* entries of the baseline that nothing showed any more */
    size_t fixed_count;
    uint64_t states;
    struct check_options asked;        /* its texts are the caller's */
    double exploring, running;         /* seconds */
    struct explanations *explanations; /* of a machine: recorded causes, which `reason` points to; NULL for plug-ins */
};

struct plugin;
/* NULL after an error: *message (free it) says which. The plug-in stays loaded until it is closed. */
struct plugin *plugin_open(const char *path, const struct isa *isa, const struct emitted_isa *table, char **message);
void plugin_close(struct plugin *p);

/* NULL: *message (free it) says why, or is NULL when memory is exhausted. The report borrows from isa and plug-in. */
struct check_report *check_plugin(struct isa *isa, const struct matcher *m, const struct emitted_isa *table, struct plugin *plugin,
                                  const struct check_options *options, char **message);
/* The same of a machine under test (hardware/hardware.h), from the solver's states alone; those that it cannot set up count as unhandled. A
 * difference that is recorded is a finding as well, with its cause as the reason. */
struct backend;
struct check_report *check_machine(struct isa *isa, const struct matcher *m, const struct emitted_isa *table, struct backend *backend,
                                   const struct check_options *options, char **message);
void check_report_free(struct check_report *r);

/* Known findings, by fingerprint. A line is FINGERPRINT | YYYY-MM-DD | REASON; '#' begins a comment. NULL: *message (free it) says which line is
 * bad. `today` as YYYY-MM-DD. */
struct baseline;
struct baseline *baseline_read(const char *text, char **message);
void baseline_free(struct baseline *b);
/* Marks what is accepted, and notes what is not there any more of the forms that were checked. False: out of memory. */
bool baseline_apply(struct baseline *b, struct check_report *r, const char *today);

#endif
