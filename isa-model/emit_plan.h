/* What the emitters know of one form in one mode: its inputs and its results, by name. The only part of them that looks at forms. */
#ifndef POPEK_EMIT_PLAN_H
#define POPEK_EMIT_PLAN_H

#include "arena.h"
#include "emit.h"

enum input_kind {
    INPUT_STATE,   /* a scalar leaf */
    INPUT_OPERAND, /* an operand of the form */
    INPUT_CHOICE,  /* the length of the instruction, or an undefined result */
    INPUT_ELEMENT  /* an element of an array, as it was before */
};
struct input {
    enum input_kind kind;
    const char *name; /* "r_base", "d", "undefined_1_0", "word_1" */
    unsigned width;
    unsigned leaf;            /* INPUT_STATE and INPUT_ELEMENT */
    unsigned operand;         /* INPUT_OPERAND */
    term apply;               /* what stands for it in terms */
    term index, place, reach; /* INPUT_ELEMENT; the last two for relocated memory, else TERM_NONE */
};

enum result_kind {
    RESULT_MEMORY_TRAP,
    RESULT_TRAP,
    RESULT_VECTOR,
    RESULT_ARGUMENT,
    RESULT_REFUSED, /* of a virtual processor, where it can be */
    RESULT_NEXT,    /* of a scalar leaf that can change */
    RESULT_OPERAND, /* of an operand that is written */
    RESULT_GUARD,   /* of an element write, and so on */
    RESULT_INDEX,
    RESULT_VALUE,
    RESULT_PLACE /* of a write to relocated memory */
};
struct result {
    enum result_kind kind;
    const char *name;     /* "next_pc", "write_0_index" */
    const char *function; /* of the result, in ACSL: "third_generation_LD_next_pc"; or the same function of an earlier form, see emit_functions.c */
    bool repeated;        /* it is that of an earlier form */
    term value;
    unsigned leaf, operand, write;
};

struct plan {
    const struct isa *isa;
    const struct form *form;
    const struct semantics *semantics;
    const char *name; /* "third_generation_LD" */
    struct input *inputs;
    size_t input_count;
    struct result *results;
    size_t result_count;
    bool has_argument;
};

/* What all plans of one run share. */
struct planner {
    struct isa *isa;
    struct arena arena; /* names; `exhausted` is where an emitter goes when memory runs out */
    const char *prefix;
    bool asks_caller;        /* elements of arrays can be asked of a function of the caller */
    const char **leaf_names; /* by leaf */
    const char **taken;      /* names of forms so far */
    size_t taken_count, taken_capacity;
    struct emitted_function *functions; /* of handlers, see emit_functions.c */
    size_t function_count, function_capacity;
    struct sharing *sharing;
    const struct virtual_isa *virtual_isa; /* of handlers, see emit_handlers.c; otherwise NULL */
    bool *written;                         /* SMT-LIB: by term, and */
    size_t written_count;
    bool *declared; /* by symbol */
};

void planner_start(struct planner *p, struct isa *isa);
void planner_end(struct planner *p);
/* NULL when the form does not exist in this mode. */
struct plan *plan_form(struct planner *p, const struct form *form, unsigned mode);
const struct input *plan_input(const struct plan *plan, term apply);                              /* NULL: not an input */
const struct input *plan_operand(const struct plan *plan, unsigned operand);                      /* the value of an operand */
const struct result *plan_result(const struct plan *plan, enum result_kind kind, unsigned write); /* NULL: there is none */
bool is_inline_array(const struct leaf *leaf);
bool is_sparse_array(const struct leaf *leaf);
bool plan_reads_array(const struct plan *plan, unsigned leaf);
bool plan_uses_array(const struct plan *plan, unsigned leaf);
bool plan_writes_leaf(const struct plan *plan, unsigned leaf);
bool operand_is_pointer(const struct operand *o);
bool input_is_pointer(const struct plan *plan, const struct input *input); /* the value of an operand behind a pointer */

/* sharing: how often and how large the terms below some roots are; elements of arrays count as leaves when `stop_at_elements` */
struct sharing *sharing_new(void);
void sharing_free(struct sharing *s);
bool sharing_collect(struct sharing *s, const struct isa *isa, const term *roots, size_t count, bool stop_at_elements); /* false: out of memory */
size_t sharing_count(const struct sharing *s);
const term *sharing_terms(const struct sharing *s); /* arguments first */
bool sharing_contains(const struct sharing *s, term t);
unsigned sharing_uses(const struct sharing *s, term t);
unsigned sharing_size(const struct sharing *s, term t); /* as a tree, at most a large number */
/* A number that a printer gives to a term; 0 until it does. */
unsigned sharing_number(const struct sharing *s, term t);
void sharing_set_number(struct sharing *s, term t, unsigned number);

#endif
