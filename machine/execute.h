/* Parts of executing an instruction that the plain and the careful way share. Internal to machine/. */
#ifndef POPEK_MACHINE_EXECUTE_H
#define POPEK_MACHINE_EXECUTE_H

#include "processor.h"

/* Calls the step on a state with the length of the instruction. */
uint32_t call_step(struct processor *p, const struct instruction *i, void *state, word128 *values, uint64_t *argument);
/* The operand's linear address, checked for what it is used for, and its value. `pushed`: the bytes pushed so far. */
bool fetch_operand(struct processor *p, const struct location *place, bool user, uint32_t *pushed, uint32_t *linear, word128 *value,
                   struct fault *fault);
bool store_operand(struct processor *p, const struct location *place, bool user, uint32_t linear, word128 value, struct fault *fault);

/* ---- careful.c: steps that read arrays, call opaque functions, or push a frame ------------------------------------------------------------------
 * A step asks for everything that may matter, so an element that cannot be read does not have to be a fault. It is one when the step's
 * result depends on its value: the step is tried with several. */

enum missing_kind { MISSING_OPERAND, MISSING_ELEMENT, MISSING_FUNCTION };
struct missing {
    enum missing_kind kind;
    unsigned which; /* operand, component, or number of the opaque function */
    uint64_t index; /* of an element */
    struct fault fault;
};
#define MOST_MISSING 8u
#define ALL_MISSING (MOST_MISSING + 1)

enum port_use { PORT_UNUSED, PORT_READ, PORT_WRITTEN };
struct trial {
    struct missing missing[MOST_MISSING];
    unsigned count;
    unsigned varied, sample; /* which of them has which sample value; the others are 0 */
    enum port_use port_use;
    uint16_t port;
    uint32_t port_value;
    bool has_gate; /* the first element of descriptor_memory that was asked for: the gate, when a frame is pushed */
    uint64_t gate;
    bool computed;    /* an opaque function was asked that stands for what an instruction computes */
    bool other;       /* what it says meanwhile: what it said when it was asked first, or the complement of that */
    word128 said[64]; /* in the order of the questions, which is the same in each attempt */
    unsigned asked;
    bool simd_exception;    /* what the one says that asks for an unmasked exception */
    struct vectors vectors; /* after what was computed */
    struct x86 after;
    word128 values[MOST_OPERANDS];
    uint32_t outcome;
    uint64_t argument;
};
struct operands {
    word128 values[MOST_OPERANDS];
    uint32_t linear[MOST_OPERANDS];
    bool available[MOST_OPERANDS];
    struct fault fault[MOST_OPERANDS]; /* of those that are not */
    word128 old;                       /* what operands hold that are only written */
};
/* Calls the step on a copy of the state, t->after and t->values; returns the outcome. */
uint32_t attempt(struct processor *p, const struct instruction *i, struct trial *t, const struct operands *o);
/* What stands for a value that cannot be had. */
word128 missing_value(struct trial *t, enum missing_kind kind, unsigned which, uint64_t index, const struct fault *fault);

/* An event that is delivered: what a task that it goes to gets of it. */
struct event {
    bool has_error, resume; /* resume: RF in the flags that are pushed */
    uint32_t error;
};
bool execute_carefully(struct processor *p, const struct instruction *i, struct fault *fault);

/* compute.c: what the tables leave open of an x87, MMX or SSE instruction that passed its checks is taken from the host's processor: into t->after
 * and t->values, and t->outcome when it raises a SIMD exception. False: the machine cannot execute it. */
bool compute(struct processor *p, const struct instruction *i, struct trial *t, const struct operands *o);
bool execute_event(struct processor *p, const struct instruction *i, const struct event *event, struct fault *fault);

/* frame.c: the words that an interrupt or a far call pushes. `assigned`: which operands the step wrote. */
struct frame {
    uint32_t linear[48], words[48];
    unsigned count, bytes; /* of a word */
    bool user;
    uint32_t pointer; /* the new stack pointer */
};
bool frame_make(struct processor *p, const struct instruction *i, const struct trial *t, const bool *assigned, struct frame *frame,
                struct fault *fault);
bool frame_store(struct processor *p, const struct frame *frame, struct fault *fault);

/* arrays.c: elements of the tables' arrays, and what opaque functions compute. */
bool arrays_make(struct processor *p);
void arrays_drop(struct processor *p);
void arrays_clear(struct processor *p);
uint64_t arrays_hash(const struct processor *p); /* of what the step wrote */
bool arrays_wrote_port(const struct processor *p);
/* Stores what the step wrote; without `write` only says whether that is possible. */
bool arrays_commit(struct processor *p, bool write, struct fault *fault);

#endif
