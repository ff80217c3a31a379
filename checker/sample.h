/* A state for an emitted step, with operands, choices and array elements. Internal to the checker. */
#ifndef POPEK_CHECKER_SAMPLE_H
#define POPEK_CHECKER_SAMPLE_H

#include "../isa-model/emitted_storage.h"
#include "../isa-model/evaluate.h"
#include "../isa-model/term_cone.h"

#include <string.h>

#define SAMPLE_STATE 2048u
#define SAMPLE_OPERANDS 16u
#define SAMPLE_CHOICES 32u
#define SAMPLE_ELEMENTS 48u

struct element {
    uint32_t leaf;
    word128 index, value;
};
struct sample {
    uint32_t element_count;
    uint32_t variant; /* of the bytes: 1 a memory operand, where there is a choice */
    struct element elements[SAMPLE_ELEMENTS];
    word128 operands[SAMPLE_OPERANDS], choices[SAMPLE_CHOICES];
    unsigned char state[SAMPLE_STATE];
};

#define SUBJECT_LEAVES 512u
#define SUBJECT_CONSTANTS 128u
#define SUBJECT_READS 64u
/* A form in a mode, and what states for it are made of. */
struct subject {
    const struct isa *isa;
    const struct emitted_isa *table;
    const struct emitted_form *form;
    const struct emitted_step *step;
    const struct semantics *semantics;
    uint16_t inputs[SUBJECT_LEAVES]; /* scalars that it depends on, without those that make the mode */
    unsigned input_count;
    uint16_t listed[SUBJECT_LEAVES]; /* arrays outside of the struct that it reads or writes */
    unsigned listed_count;
    bool kept[SUBJECT_LEAVES];         /* leaves that make the mode, or that the adapter fixes: never varied */
    uint16_t deciders[SUBJECT_LEAVES]; /* what arguments of opaque functions depend on: places among inputs, then operands */
    unsigned decider_count;
    uint16_t read_leaves[SUBJECT_READS]; /* of elements of listed arrays that it reads, ... */
    term read_indices[SUBJECT_READS];    /* ... and where */
    unsigned read_count;
    word128 constants[SUBJECT_CONSTANTS];
    unsigned constant_count;
    symbol choices[SAMPLE_CHOICES];
    int length_choice; /* -1: none */
    bool open;         /* it has undefined results or opaque functions */
};

static inline word128 cut(word128 value, unsigned width) { return value & (~(word128)0 >> (128 - width)); }

struct random {
    uint64_t state;
};
static inline uint64_t random_next(struct random *r) { /* splitmix64 */
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}
static inline unsigned random_below(struct random *r, size_t limit) { return (unsigned)((random_next(r) >> 20) % limit); }

/* False: the form is too large for a sample, or memory is exhausted. */
bool subject_prepare(struct subject *s, const struct isa *isa, const struct emitted_isa *table, size_t entry);
/* Elements that find no room are left out. Those that the step reads are there even if they are 0, to be varied; `cone` is for the time of the call.
 * False: out of memory. */
bool sample_from(const struct subject *s, struct cone *cone, const struct valuation *state, struct sample *sample);
/* NULL: out of memory. */
struct valuation *sample_valuation(const struct subject *s, const struct sample *sample);
/* `base` with some values changed, biased to boundaries. */
void sample_vary(const struct subject *s, const struct sample *base, struct random *r, struct sample *sample);
/* `base` with other arguments of opaque functions; the form has such (`decider_count`). */
void sample_vary_deciders(const struct subject *s, const struct sample *base, struct random *r, struct sample *sample);
void sample_copy(const struct subject *s, const struct sample *from, struct sample *to);
static inline word128 sample_get(const struct subject *s, const struct sample *x, unsigned leaf) {
    return emitted_load(x->state + s->table->components[leaf].offset, s->table->components[leaf].width);
}
static inline void sample_set(const struct subject *s, struct sample *x, unsigned leaf, word128 value) {
    emitted_store(x->state + s->table->components[leaf].offset, s->table->components[leaf].width, value);
}

#endif
