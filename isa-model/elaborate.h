/* Inside of the checker: types, values, and the machine as it stands while a form is executed symbolically. */
#ifndef POPEK_ELABORATE_H
#define POPEK_ELABORATE_H

#include "syntax.h"

enum type_kind { TYPE_BITS, TYPE_ENUMERATION, TYPE_RECORD };
struct type;
struct piece {
    unsigned high, low;
};
struct field {
    const char *name;
    const struct type *type;
    const struct piece *pieces; /* most significant first */
    size_t piece_count;
    unsigned first; /* index of its first scalar among those of the record */
};
struct type {
    enum type_kind kind;
    const char *name; /* NULL: written in place */
    unsigned width;   /* of the packed form */
    unsigned token;   /* not 0: stands for a value of so many bits, which can only be copied and passed on; see docs/language.md */
    unsigned scalars; /* 1, or of all fields */
    const struct field *fields;
    size_t field_count;
    const char *const *value_names; /* enumerations */
    unsigned value_count;
};

/* A value: as many terms as its type has scalars; or a number that takes the width of its neighbour; or `undefined`. */
enum value_kind { VALUE_ERROR, VALUE_TYPED, VALUE_NUMBER, VALUE_UNDEFINED };
struct value {
    enum value_kind kind;
    const struct type *type;
    term *terms;
    word128 number;
};

struct component {
    const char *name;
    const struct type *type;
    unsigned index_width;
    unsigned first_leaf;
    enum state_class class;
    const struct syntax *at_expression, *when_expression, *next_expression;
};

struct local {
    const char *name;
    struct value value;
    struct local *outer;
};

enum definition_kind {
    DEFINES_NOTHING,
    DEFINES_CONSTANT,
    DEFINES_TYPE,
    DEFINES_COMPONENT,
    DEFINES_FUNCTION,
    DEFINES_PROCEDURE,
    DEFINES_TEMPLATE,
    DEFINES_TRAP,
    DEFINES_MODE,
    DEFINES_VALUE,
    DEFINES_ALIAS,
    DEFINES_SIZES,
    DEFINES_OPERAND_KIND, /* named "operand NAME" */
    DEFINES_FORM,         /* named "form TEXT" */
    DEFINES_PROFILE       /* named "profile NAME" */
};
struct definition {
    const char *name;
    enum definition_kind kind;
    struct syntax *syntax;
    const struct type *type;            /* of a type, or of the enumeration whose value this is */
    unsigned number;                    /* index of a component, trap or mode; value of an enumeration's name */
    bool active;                        /* being expanded: to find recursion */
    const struct semantics **semantics; /* DEFINES_FORM, of rows: by mode */
    bool used;                          /* a function or procedure that some form calls */
    struct definition *next;            /* in its hash bucket */
};

struct symbolic_operand {
    const char *name;
    const struct type *type;
    const char *kind;
    enum operand_direction direction;
    term *current;
    unsigned first;
};

/* The machine in the middle of one execution. */
struct machine {
    term *scalars; /* by leaf; meaningless for arrays */
    term next_counter;
    struct array_write *writes;
    size_t write_count, write_capacity;
    term path;    /* condition under which this point is reached, traps aside */
    term stopped; /* some trap before this point was taken */
    term trap, memory_trap, vector, argument;
    struct trap_point *points;
    size_t point_count, point_capacity;
    struct symbolic_operand *operands;
    size_t operand_count;
    bool relocation_written; /* what the window depends on was assigned */
};

struct checker {
    struct reading *r;
    struct arena *arena;
    struct term_pool *pool;
    struct isa *isa;
    const struct isa_options *options;
    struct definition *buckets[4096];
    struct component *components;
    size_t component_count, component_capacity;
    struct leaf *leaves;
    size_t leaf_count, leaf_capacity;
    struct trap_kind *traps;
    size_t trap_count, trap_capacity;
    struct operating_mode *modes;
    size_t mode_count, mode_capacity;
    struct form *forms;
    size_t form_count, form_capacity;
    size_t first_event; /* of the forms: events come last */
    struct profile *profiles;
    size_t profile_count, profile_capacity;
    symbol *undefined;
    size_t undefined_count, undefined_capacity;
    symbol *opaque;
    size_t opaque_count, opaque_capacity;
    const struct component *counter;
    symbol length;
    struct local **mode_constants; /* by mode */
    unsigned mode;                 /* the operating mode that is being read */
    term *initial;                 /* by leaf: its value before the instruction; made anew when there are more leaves */
    term *scalars;                 /* where an execution keeps its values; what lasts is copied */
    size_t initial_count;
    const struct type *bits[TERM_MAXIMUM_WIDTH + 1]; /* by width */
    struct snapshot *snapshots;                      /* of statement.c, not in use */
    const struct syntax **prologues;
    size_t prologue_count, prologue_capacity;

    /* the execution in progress */
    struct machine machine;
    struct local *locals;
    term mutant;          /* TERM_NONE: forms as described */
    uint64_t drop_points; /* trap points to leave out in this form, the first is bit 0 */
    const char *form_text;
    unsigned undefined_sites; /* made in this form */
    unsigned depth;           /* of function and procedure calls */
    unsigned long steps;      /* a budget, against descriptions that explode */
    const char *each_array;   /* in `assume each`: the array whose element at each_index is each_element */
    term each_index, each_element;
};

/* names and types: declarations.c, types.c */
struct definition *find_definition(struct checker *c, const char *name);
struct definition *define(struct checker *c, const struct syntax *at, const char *name, enum definition_kind kind);
const struct type *bits_type(struct checker *c, unsigned width);
const struct type *resolve_type(struct checker *c, const struct syntax *s); /* NULL after an error */
const struct type *make_record(struct checker *c, const struct syntax *at, const struct syntax *items, unsigned width);
const char *type_text(struct checker *c, const struct type *type);
const struct field *find_field(const struct type *type, const char *name);
void declare_all(struct checker *c);
unsigned bits_needed(word128 highest);

/* modes.c: constants of the operating modes, and modes beside each other */
void declare_mode_constants(struct checker *c);
void check_modes(struct checker *c);
bool same_constants(const struct checker *c, unsigned a, unsigned b);

/* sizes.c: forms that are written once for several sizes */
struct size_entry {
    const struct syntax *names, *values; /* lists of equal length; both NULL: no sizes */
    const struct syntax *when;
};
const struct syntax *size_entries(struct checker *c, const struct syntax *at, const char *name, struct size_entry *first);
const char *expand_text(struct checker *c, const struct size_entry *entry, const char *text);
void bind_entry(struct checker *c, const struct size_entry *entry);

/* families.c: operands as the text of a row gives them */
const char *shown_text(struct checker *c, const char *text, bool places);
const struct type *token_type(struct checker *c, unsigned width);
const struct type *operand_type(struct checker *c, const struct syntax *s); /* NULL after an error */
void declare_operand_kind(struct checker *c, const struct syntax *s);
bool bind_row_operands(struct checker *c, const struct syntax *at, const char *text);
void add_operand(struct checker *c, struct symbolic_operand operand);

/* expressions: expression.c, operators.c, access.c, convert.c, call.c */
struct value evaluate_expression(struct checker *c, const struct syntax *s, const struct type *expected);
struct value evaluate_as(struct checker *c, const struct syntax *s, const struct type *type); /* exactly of this type, or VALUE_ERROR */
term evaluate_bit(struct checker *c, const struct syntax *s);                                 /* false after an error */
bool constant_number(struct checker *c, const struct syntax *s, word128 *value);
struct value convert(struct checker *c, const struct syntax *at, struct value value, const struct type *type);
struct value typed(struct checker *c, const struct type *type, const term *terms);
struct value scalar(struct checker *c, term t);
struct value error_value(void);
term pack(struct checker *c, const struct type *type, const term *terms);
void unpack(struct checker *c, const struct type *type, term bits, term *terms);
struct value evaluate_name(struct checker *c, const struct syntax *s);
struct value evaluate_binary(struct checker *c, const struct syntax *s, const struct type *expected);
struct value evaluate_unary(struct checker *c, const struct syntax *s, const struct type *expected);
bool unify(struct checker *c, const struct syntax *s, const struct type *expected, struct value *a, struct value *b);
struct value number_value(word128 number);
struct value evaluate_index(struct checker *c, const struct syntax *s);
struct value evaluate_call(struct checker *c, const struct syntax *s, const struct type *expected);
struct value choose(struct checker *c, term condition, struct value a, struct value b);
term read_array(struct checker *c, unsigned leaf, term index);
term memory_access(struct checker *c, const struct syntax *at, const struct component *component, term index); /* records the memory trap */
void describe_memories(struct checker *c); /* place and reach of the memory leaves */
bool spend(struct checker *c, const struct syntax *at);
bool bind_arguments(struct checker *c, const struct syntax *at, const struct syntax *parameters, const struct syntax *arguments,
                    struct local **locals);
void bind_local(struct checker *c, const char *name, struct value value);
struct value cases_condition(struct checker *c, const struct syntax *patterns, struct value subject);
const struct component *component_of(struct checker *c, const char *name);

/* statements: statement.c, assign.c */
/* statement.c: of isa_options.mutants */
term is_mutant(struct checker *c, size_t number);
void execute_block(struct checker *c, const struct syntax *statements);
void assign(struct checker *c, const struct syntax *target, const struct syntax *expression);
void execute_compute(struct checker *c, const struct syntax *s);
term apply_opaque(struct checker *c, const char *name, unsigned width, const term *terms, unsigned count);
void machine_reset(struct checker *c);

/* forms and profiles */
void check_instruction(struct checker *c, const struct syntax *s);
void check_procedures(struct checker *c);
void check_profiles(struct checker *c);
bool resolve_path(struct checker *c, const struct syntax *s, unsigned *first, unsigned *count, const struct type **type,
                  const struct component **component);

#define APPEND(c, array, count, capacity)                                                                                                            \
    ((count) == (capacity) ? (void)((array) = arena_grow((c)->arena, (array), (count), &(capacity), sizeof *(array))) : (void)0, (count)++)

#endif
