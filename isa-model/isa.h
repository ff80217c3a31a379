/* A checked instruction set: state leaves, instruction forms as terms, traps, operating modes and profiles. The public face of isa-model. */
#ifndef POPEK_ISA_H
#define POPEK_ISA_H

#include "term.h"

enum state_class {
    CLASS_MODE,
    CLASS_COUNTER,
    CLASS_RESOURCE,
    CLASS_STORAGE,
    CLASS_MEMORY, /* the relocated window: visible, indexed by the address that the program uses */
    CLASS_CLOCK,
    CLASS_IDENTITY,
    CLASS_PARAMETER /* never written */
};
enum resource_kind { RESOURCE_NONE, RESOURCE_RELOCATION, RESOURCE_INTERRUPT, RESOURCE_CONTROL, RESOURCE_IO };

struct place {
    const char *file;
    unsigned line, column;
};

/* One scalar or one array of scalars; records are split into one leaf for each field. */
struct leaf {
    const char *name; /* "cr0.ts", "word" */
    enum state_class class;
    enum resource_kind kind;
    unsigned width;
    unsigned index_width;           /* 0: a scalar, else an array indexed by so many bits */
    symbol symbol;                  /* the value before the instruction; arrays take the index as argument */
    unsigned value_count;           /* enumerations: values are 0 .. value_count-1 unless value_names says otherwise; else 0 */
    const char *const *value_names; /* enumerations: by value, NULL where a value has no name */
    symbol address;                 /* CLASS_MEMORY: stands for the index in `place` and `reach` */
    term place, reach;              /* CLASS_MEMORY: where in storage the element lies, and the condition under which an access does not trap */
};

enum operand_direction { OPERAND_IN = 1, OPERAND_OUT = 2, OPERAND_INOUT = 3 };
struct operand {
    const char *name;
    const char *kind; /* "register", "memory", ... or "" */
    enum operand_direction direction;
    unsigned width;
    unsigned size; /* in bits: `width`, or more for a token, see docs/language.md (operands wider than 128 bits) */
    symbol symbol; /* the value before; for OUT what the place held before */
    term next;     /* the value after; the application of `symbol` when not written */
};

/* One `trap` statement of a form, in program order. */
struct trap_point {
    term condition; /* of the state before: reached and taken */
    unsigned trap;  /* index into isa.traps */
    struct place place;
};

struct array_write { /* applied in order */
    unsigned leaf;
    term guard, index, value;
};

/* What a form does in one operating mode. */
struct semantics {
    const struct operand *operands;
    size_t operand_count;
    term trap;          /* traps (not memory trap) */
    term memory_trap;   /* disjoint from `trap`: whichever comes first in program order */
    term trap_vector;   /* 16 bits; meaningful when `trap` */
    term trap_argument; /* 64 bits, the arguments packed, 0 when none */
    term refused;       /* of a virtual processor: it is on its way to change what the profile `refuses`, and the rest is about other states */
    const struct trap_point *points;
    size_t point_count;
    const term *next; /* by leaf: the value after when it does not trap; TERM_NONE for arrays, see writes */
    const struct array_write *writes;
    size_t write_count;
};

struct form {
    const char *instruction; /* "SGDT" */
    const char *title;
    const char *text;      /* "SGDT m16&32", or the instruction's name */
    const char *pattern;   /* the same with the places of operands that are written in the description: "VMOVSS xmm, xmm, xmm@rm" */
    const char *encoding;  /* as written, "" when none */
    const char *extension; /* "AVX", "" when none */
    const char *source;
    const char *const *notes;
    size_t note_count;
    struct place place, end;                  /* the instruction's text in its file, for `explain` */
    uint64_t modes;                           /* bit i: valid in isa.modes[i] */
    const struct semantics *const *semantics; /* by mode; NULL where it is not valid, or was not asked for (isa_options.only) */
};

struct trap_kind {
    const char *name, *title;
    unsigned vector;
    unsigned argument_width;
};
struct operating_mode {
    const char *name, *title;
    term condition;
    term states;     /* those of the modes beside it too: the states that a question about this mode looks at */
    uint64_t beside; /* bit i: isa.modes[i], this mode among them */
};

struct free_bit {
    unsigned leaf;
    word128 plain;
    const char *title;
};
struct mapping {
    unsigned leaf;
    term value; /* over the virtual state and parameters */
};
struct element_assumption {
    unsigned leaf;
    symbol element;
    symbol index;
    term condition; /* over both */
    const char *text;
};
struct assumption {
    term condition;
    const char *text;
};
/* An instruction that the monitor has handlers for, and in which modes. */
struct emulated {
    const char *instruction;
    uint64_t modes; /* bit i: isa.modes[i] */
};
/* A profile as it reads in one operating mode: its conditions may use the constants of the mode. */
struct profile {
    const char *name, *title;
    term user, supervisor;
    const struct assumption *assumptions;
    size_t assumption_count; /* of user states */
    const struct element_assumption *elements;
    size_t element_count;  /* of array elements read in user states */
    const bool *shadowed;  /* by leaf */
    const bool *relocated; /* by leaf: what differs between two places; already defaulted */
    const bool *refused;   /* by leaf: scalars whose change the handlers leave to the monitor */
    const struct mapping *mappings;
    size_t mapping_count;
    const symbol *parameters;
    size_t parameter_count;
    term where; /* over parameters and the virtual state */
    const struct free_bit *free_bits;
    size_t free_bit_count; /* at most 32, scalars of width 1 */
    const char *const *notes;
    size_t note_count;
    const struct emulated *emulated;
    size_t emulated_count;
};

struct isa {
    const char *name, *title;
    struct term_pool *pool;
    const struct leaf *leaves;
    size_t leaf_count;
    term well_formed; /* enumerations hold one of their values; of the state before */
    const struct trap_kind *traps;
    size_t trap_count;
    const struct operating_mode *modes;
    size_t mode_count; /* at least one */
    const struct form *forms;
    size_t form_count;
    size_t event_count;             /* what happens without an instruction (`event`): forms[form_count] on; emitted, but not decoded or classified */
    const struct profile *profiles; /* by profile and mode, see profile_in */
    size_t profile_count;
    const symbol *undefined_symbols;
    size_t undefined_count; /* stand for `undefined` results: equal in two compared runs */
    const symbol *opaque_symbols;
    size_t opaque_count;
    symbol length; /* bits(4), the instruction's length */
};

/* Where text comes from. Returns a buffer that the caller frees, NULL when there is no such file. */
struct source_reader {
    char *(*read)(void *context, const char *path, size_t *size);
    void *context;
};

/* Options that change what is checked; all zero is the plain reading. */
struct isa_options {
    const char *only;             /* execute only forms that are so named (form_is_named): the others have no semantics; "" none at all */
    const char *drop_instruction; /* negative control: of forms with this form text ... */
    uint64_t drop_points;         /* ... the trap points whose bits are set (the first is bit 0) are left out */
    bool mutants;                 /* every form depends on an unknown "mutant": 0 is the form as described, others are ISA_MUTANT_... */
};
/* Mutants of a form with `points` trap points; those after the last one are as 0. */
#define ISA_MUTANT_WIDTH 16u
#define ISA_MUTANT_DROPS(point) (2 * (point) + 1) /* the check is left out */
#define ISA_MUTANT_SWAPS(point) (2 * (point) + 2) /* it raises another exception: #GP becomes #UD, all others #GP */
/* The change-th component that the form changes stays as it was; then writes. */
#define ISA_MUTANT_SKIPS(points, change) (2 * (points) + 1 + (change))

/* Reads and checks the file. On success `*result` is owned by the caller (isa_free). On failure NULL is returned, and `*messages` (free it) holds
 * one or more lines `file:line:column: error: ...`, each followed by the line and a caret. `*messages` may also be NULL: out of memory. */
struct isa *isa_load(const char *path, const struct source_reader *reader, const struct isa_options *options, char **messages);
void isa_free(struct isa *isa);

/* Reader for the file system (at most 16 MiB a file). */
struct source_reader source_reader_files(void);

/* The profile as it reads in a mode. */
static inline const struct profile *profile_in(const struct isa *isa, size_t profile, size_t mode) {
    return &isa->profiles[profile * isa->mode_count + mode];
}

int isa_find_leaf(const struct isa *isa, const char *name); /* index or -1 */
int isa_find_profile(const struct isa *isa, const char *name);
int isa_find_mode(const struct isa *isa, const char *name);
/* Whether a person who says `name` may mean this form: it is the name of the instruction, or the form's text begins with these words ("MOV CR0" means
 * "MOV CR0, r32"; "IN" means every IN). Case does not count. */
bool form_is_named(const char *instruction, const char *text, const char *name);
const char *state_class_name(enum state_class c);
const char *resource_kind_name(enum resource_kind k);

#endif
