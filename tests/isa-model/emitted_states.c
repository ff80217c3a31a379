/* Random states for emitted steps, and their comparison with the evaluator. */
#include "emitted_states.h"

#include "../../isa-model/emitted_storage.h"
#include "../../isa-model/grow.h"
#include "../../x86-tables/opaque.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTED 96u /* elements of an array outside of the struct */
#define KEPT 64u   /* states that were not a trap, for each mode */
#define MOST_CONSTANTS 256u
#define MOST_CHOICES 32u

struct listed {
    struct emitted_array array;
    word128 before_index[LISTED], before_value[LISTED];
    uint32_t before;
};
/* A state with the elements that it reads, in which the step was done: the place to go on from. */
struct done_state {
    unsigned char *state;
    struct listed *listed; /* by component; `before` and what it counts */
    word128 operands[STATES_MOST_OPERANDS], choices[MOST_CHOICES];
    bool there;
};
struct states {
    const struct isa *isa;
    const struct emitted_isa *emitted;
    const struct emitted_form *form;
    const struct emitted_step *step;
    const struct semantics *semantics;
    uint64_t seed;
    int *opaques;                       /* by number in the table: the symbol; -1: not in this isa */
    unsigned char *marks;               /* by term: below a result of the form */
    int *leaf_of;                       /* by symbol; -1: no leaf */
    unsigned inputs[1024], input_count; /* scalars that the form depends on, by leaf */
    term *reads;                        /* of array elements, arguments first */
    size_t read_count, read_capacity;
    unsigned *listed_leaves, *read_leaves; /* the arrays outside of the struct, and those of them that the form reads */
    unsigned listed_count, read_leaf_count;
    word128 constants[MOST_CONSTANTS];
    unsigned constant_count;
    symbol choice_symbols[MOST_CHOICES];
    unsigned char *before, *after, *expected;
    unsigned char *kept;   /* mode_count * KEPT states */
    unsigned *kept_count;  /* by mode, ever */
    struct listed *listed; /* by component */
    struct emitted_array *arrays;
    word128 operands_before[STATES_MOST_OPERANDS], operands[STATES_MOST_OPERANDS], choices[MOST_CHOICES];
    uint64_t argument;
    uint32_t outcome;
    struct valuation *valuation;
    struct done_state done;
    const struct states_fixed *fixed;
    size_t fixed_count;
};

/* The state under comparison: where opaque functions leave what they said, for the evaluator to find. */
static struct states *current;

static word128 any_value(void *context, unsigned number, const word128 *arguments, unsigned count) {
    (void)context;
    uint64_t hash = number + 1u;
    for (unsigned i = 0; i < count; i++) {
        hash = (hash ^ (uint64_t)arguments[i]) * 0x9E3779B97F4A7C15u;
        hash = (hash ^ (hash >> 31) ^ (uint64_t)(arguments[i] >> 64)) * 0xBF58476D1CE4E5B9u;
    }
    word128 value = ((word128)(hash * 0x94D049BB133111EBu) << 64) | (hash ^ (hash >> 29));
    if (current != NULL) {
        int s = current->opaques[number];
        if (s >= 0) {
            unsigned width = term_symbol_width(current->isa->pool, (symbol)s);
            (void)valuation_set(current->valuation, (symbol)s, arguments, count, value & (~(word128)0 >> (128 - width)));
        }
    }
    return value;
}

static uint64_t next_random(struct states *s) {
    s->seed ^= s->seed << 13;
    s->seed ^= s->seed >> 7;
    s->seed ^= s->seed << 17;
    return s->seed * 0x2545F4914F6CDD1Du;
}

static unsigned below(struct states *s, size_t bound) { return (unsigned)((next_random(s) >> 33) % bound); }

static word128 cut(word128 value, unsigned width) { return value & (~(word128)0 >> (128 - width)); }

static unsigned char *element(unsigned char *state, const struct emitted_component *c, size_t index) { return state + emitted_place(c, index); }

static word128 random_value(struct states *s, unsigned width) {
    word128 value = ((word128)next_random(s) << 64) | next_random(s);
    switch (below(s, 8)) {
    case 0:
        return cut(below(s, 3), width);
    case 1:
        return cut(~(word128)0 - below(s, 2), width);
    case 2:
    case 3:
        return s->constant_count == 0 ? cut(value, width) : cut(s->constants[below(s, s->constant_count)] + below(s, 3) - 1, width);
    case 4: { /* what another component holds, or nearly */
        const struct emitted_component *c = &s->emitted->components[s->input_count == 0 ? 0 : s->inputs[below(s, s->input_count)]];
        return cut(emitted_load(s->before + c->offset, c->width) + below(s, 3) - 1, width);
    }
    case 5:
        return cut((word128)1 << below(s, width), width);
    case 6:
        return cut(value >> below(s, 128), width);
    default:
        return cut(value, width);
    }
}

struct states *states_new(const struct isa *isa, const struct emitted_isa *emitted, uint64_t seed) {
    struct states *s = calloc(1, sizeof *s);
    bool same = isa->leaf_count == emitted->component_count;
    for (size_t i = 0; same && i < isa->leaf_count; i++) {
        same = strcmp(isa->leaves[i].name, emitted->components[i].name) == 0 && isa->leaves[i].width == emitted->components[i].width;
    }
    if (s == NULL || !same) {
        free(s);
        return NULL;
    }
    s->isa = isa;
    s->emitted = emitted;
    s->seed = seed;
    s->marks = malloc(term_pool_size(isa->pool));
    s->leaf_of = malloc(term_symbol_count(isa->pool) * sizeof *s->leaf_of);
    s->before = calloc(4, emitted->state_size);
    s->done.listed = calloc(isa->leaf_count + 1, sizeof *s->done.listed);
    s->kept = calloc(isa->mode_count * KEPT, emitted->state_size);
    s->kept_count = calloc(isa->mode_count, sizeof *s->kept_count);
    s->listed = calloc(isa->leaf_count + 1, sizeof *s->listed);
    s->arrays = calloc(isa->leaf_count + 1, sizeof *s->arrays);
    s->opaques = malloc((emitted->opaque_count + 1) * sizeof *s->opaques);
    s->listed_leaves = calloc(isa->leaf_count + 1, sizeof *s->listed_leaves);
    s->read_leaves = calloc(isa->leaf_count + 1, sizeof *s->read_leaves);
    if (s->opaques == NULL || s->marks == NULL || s->leaf_of == NULL || s->before == NULL || s->kept == NULL || s->kept_count == NULL ||
        s->listed == NULL || s->done.listed == NULL || s->arrays == NULL || s->listed_leaves == NULL || s->read_leaves == NULL) {
        states_free(s);
        return NULL;
    }
    s->after = s->before + emitted->state_size;
    s->expected = s->after + emitted->state_size;
    s->done.state = s->expected + emitted->state_size;
    memset(s->leaf_of, -1, term_symbol_count(isa->pool) * sizeof *s->leaf_of);
    for (size_t i = 0; i < emitted->opaque_count; i++) {
        s->opaques[i] = -1;
        for (size_t k = 0; k < isa->opaque_count; k++) {
            bool named = strcmp(emitted->opaques[i], term_symbol_name(isa->pool, isa->opaque_symbols[k])) == 0;
            s->opaques[i] = named ? (int)isa->opaque_symbols[k] : s->opaques[i];
        }
    }
    for (size_t i = 0; i < isa->leaf_count; i++) {
        s->leaf_of[isa->leaves[i].symbol] = (int)i;
        if (emitted->components[i].placement != EMITTED_IN_STATE) {
            if (emitted->components[i].placement == EMITTED_LISTED) {
                s->listed_leaves[s->listed_count++] = (unsigned)i;
            }
            s->arrays[i] = (struct emitted_array){0, LISTED, calloc(LISTED, 16), calloc(LISTED, 16), NULL, NULL};
        }
    }
    return s;
}

void states_free(struct states *s) {
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; s->arrays != NULL && i < s->isa->leaf_count; i++) {
        free(s->arrays[i].index);
        free(s->arrays[i].value);
    }
    valuation_free(s->valuation);
    free(s->opaques);
    free(s->marks);
    free(s->leaf_of);
    free(s->before);
    free(s->kept);
    free(s->kept_count);
    free(s->listed);
    free(s->done.listed);
    free(s->listed_leaves);
    free(s->read_leaves);
    free(s->arrays);
    free(s->reads);
    free(s);
}

static void mark(struct states *s) {
    const struct semantics *m = s->semantics;
    const struct term_pool *pool = s->isa->pool;
    memset(s->marks, 0, term_pool_size(pool));
    term_mark(pool, m->trap, s->marks);
    term_mark(pool, m->memory_trap, s->marks);
    term_mark(pool, m->trap_vector, s->marks);
    term_mark(pool, m->trap_argument, s->marks);
    for (size_t i = 0; i < s->isa->leaf_count; i++) {
        if (s->isa->leaves[i].index_width == 0 && m->next[i] != term_apply(s->isa->pool, s->isa->leaves[i].symbol, NULL, 0)) {
            term_mark(pool, m->next[i], s->marks);
        }
    }
    for (size_t i = 0; i < m->operand_count; i++) {
        term_mark(pool, m->operands[i].next, s->marks);
    }
    for (size_t i = 0; i < m->write_count; i++) {
        term_mark(pool, m->writes[i].guard, s->marks);
        term_mark(pool, m->writes[i].index, s->marks);
        term_mark(pool, m->writes[i].value, s->marks);
    }
}

static bool note_read(struct states *s, term t) {
    term *reads = array_grow(s->reads, s->read_count, &s->read_capacity, sizeof *reads);
    if (reads == NULL) {
        return false;
    }
    s->reads = reads;
    s->reads[s->read_count++] = t;
    return true;
}

/* What the form depends on, from the terms below its results. */
static bool gather(struct states *s) {
    bool good = true;
    s->input_count = 0;
    s->read_count = 0;
    s->read_leaf_count = 0;
    s->constant_count = 0;
    mark(s);
    for (term t = 0; t < term_pool_size(s->isa->pool); t++) {
        if (s->marks[t] == 0) {
            continue;
        }
        struct term_view v = term_look(s->isa->pool, t);
        int leaf = v.operation == TERM_APPLY ? s->leaf_of[v.symbol] : -1;
        if (v.operation == TERM_CONSTANT && v.width > 1 && s->constant_count < MOST_CONSTANTS) {
            s->constants[s->constant_count++] = v.constant;
        } else if (leaf >= 0 && v.argument_count == 0 && s->input_count < sizeof s->inputs / sizeof s->inputs[0]) {
            s->inputs[s->input_count++] = (unsigned)leaf;
        } else if (leaf >= 0 && v.argument_count == 1) {
            good = note_read(s, t) && good;
        }
    }
    for (unsigned i = 0; i < s->listed_count; i++) {
        bool is_read = false;
        for (size_t k = 0; k < s->read_count; k++) {
            is_read = is_read || s->leaf_of[term_look(s->isa->pool, s->reads[k]).symbol] == (int)s->listed_leaves[i];
        }
        if (is_read) {
            s->read_leaves[s->read_leaf_count++] = s->listed_leaves[i];
        }
    }
    return good;
}

static bool find_choices(struct states *s) {
    bool good = s->step->choice_count <= MOST_CHOICES && s->step->operand_count <= STATES_MOST_OPERANDS;
    for (size_t i = 0; good && i < s->step->choice_count; i++) {
        bool found = strcmp(s->step->choices[i], "length") == 0;
        s->choice_symbols[i] = s->isa->length;
        for (size_t k = 0; !found && k < s->isa->undefined_count; k++) {
            found = strcmp(s->step->choices[i], term_symbol_name(s->isa->pool, s->isa->undefined_symbols[k])) == 0;
            s->choice_symbols[i] = s->isa->undefined_symbols[k];
        }
        good = found;
    }
    return good;
}

bool states_choose(struct states *s, size_t form) {
    x86_set_opaques(any_value, NULL);
    s->done.there = false;
    s->form = &s->emitted->forms[form];
    s->step = &s->emitted->steps[s->form->step];
    const struct form *f = &s->isa->forms[s->form->form];
    s->semantics = f->semantics[s->form->mode_number];
    return s->semantics != NULL && strcmp(f->text, s->form->text) == 0 && strcmp(s->isa->modes[s->form->mode_number].name, s->form->mode) == 0 &&
           s->semantics->operand_count == s->step->operand_count && find_choices(s) && gather(s);
}

static void set_random_state(struct states *s) {
    for (size_t i = 0; i < s->emitted->component_count; i++) {
        const struct emitted_component *c = &s->emitted->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            emitted_store(element(s->before, c, k), c->width, random_value(s, c->width));
        }
    }
}

static void change_inputs(struct states *s) {
    for (unsigned n = below(s, 4); n > 0 && s->input_count > 0; n--) {
        const struct emitted_component *c = &s->emitted->components[s->inputs[below(s, s->input_count)]];
        emitted_store(s->before + c->offset, c->width, random_value(s, c->width));
    }
}

static void value_operands(struct states *s) {
    for (size_t i = 0; i < s->step->operand_count; i++) {
        (void)valuation_set(s->valuation, s->semantics->operands[i].symbol, NULL, 0, s->operands_before[i]);
    }
    for (size_t i = 0; i < s->step->choice_count; i++) {
        (void)valuation_set(s->valuation, s->choice_symbols[i], NULL, 0, s->choices[i]);
    }
}

static void value_state(struct states *s) {
    valuation_free(s->valuation);
    s->valuation = valuation_new();
    for (size_t i = 0; i < s->emitted->component_count; i++) {
        const struct emitted_component *c = &s->emitted->components[i];
        s->arrays[i].count = 0;
        s->listed[i].before = 0;
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            word128 index = k;
            word128 value = emitted_load(element(s->before, c, k), c->width);
            (void)valuation_set(s->valuation, s->isa->leaves[i].symbol, &index, c->index_width == 0 ? 0 : 1, value);
        }
    }
    value_operands(s);
}

/* Where the element is in the list, or the list's end. */
static uint32_t place_of(const struct listed *l, word128 index) {
    uint32_t at = 0;
    while (at < l->before && l->before_index[at] != index) {
        at++;
    }
    return at;
}

static void add_element(struct states *s, int leaf, word128 index, word128 value) {
    struct listed *l = &s->listed[leaf];
    uint32_t at = place_of(l, index);
    if (at < LISTED / 2) {
        l->before_index[at] = index;
        l->before_value[at] = value;
        l->before = at == l->before ? at + 1 : l->before;
        (void)valuation_set(s->valuation, s->isa->leaves[leaf].symbol, &index, 1, value);
    }
}

static word128 look_up(void *context, symbol s, const word128 *arguments, unsigned count) { return valuation_get(context, s, arguments, count); }

/* The elements that will be read, arguments of others first: those that are not there yet, or all of them anew. */
static void set_elements(struct states *s, bool anew) {
    for (size_t i = 0; i < s->read_count; i++) {
        struct term_view v = term_look(s->isa->pool, s->reads[i]);
        int leaf = s->leaf_of[v.symbol];
        word128 index = 0;
        if (s->emitted->components[leaf].placement == EMITTED_LISTED && term_evaluate(s->isa->pool, v.arguments, 1, look_up, s->valuation, &index) &&
            (anew || place_of(&s->listed[leaf], index) == s->listed[leaf].before)) {
            add_element(s, leaf, index, random_value(s, v.width));
        }
    }
}

static void load_arrays(struct states *s) {
    for (unsigned i = 0; i < s->listed_count; i++) {
        unsigned leaf = s->listed_leaves[i];
        struct listed *l = &s->listed[leaf];
        for (uint32_t k = 0; k < l->before; k++) {
            emitted_list(&s->emitted->components[leaf], &s->arrays[leaf], k, l->before_index[k], l->before_value[k]);
        }
        s->arrays[leaf].count = l->before;
    }
}

void states_fix(struct states *s, const struct states_fixed *fixed, size_t count) {
    s->fixed = fixed;
    s->fixed_count = count;
}

static void set_fixed(struct states *s) {
    for (size_t i = 0; i < s->fixed_count; i++) {
        const struct emitted_component *c = &s->emitted->components[s->fixed[i].component];
        if (s->fixed[i].mode == s->form->mode_number) {
            emitted_store(s->before + c->offset, c->width, s->fixed[i].value);
        }
    }
}

static void choose_operands(struct states *s) {
    for (size_t i = 0; i < s->step->operand_count; i++) {
        s->operands_before[i] = random_value(s, s->step->operands[i].width);
    }
    for (size_t i = 0; i < s->step->choice_count; i++) {
        s->choices[i] = random_value(s, term_symbol_width(s->isa->pool, s->choice_symbols[i]));
    }
}

/* Another value of an element, mostly one that differs in a bit or two: what is a descriptor stays one. */
static void change_element(struct states *s) {
    if (s->read_leaf_count == 0) {
        return; /* its arrays are in the struct */
    }
    unsigned leaf = s->read_leaves[below(s, s->read_leaf_count)];
    const struct listed *l = &s->listed[leaf];
    if (l->before > 0) {
        unsigned at = below(s, l->before);
        unsigned width = s->emitted->components[leaf].width;
        word128 flipped = l->before_value[at] ^ (word128)1 << below(s, width);
        add_element(s, (int)leaf, l->before_index[at], below(s, 4) == 0 ? random_value(s, width) : flipped);
    }
}

static void keep_elements(const struct states *s, const struct listed *from, struct listed *to) {
    for (unsigned i = 0; i < s->read_leaf_count; i++) {
        const struct listed *l = &from[s->read_leaves[i]];
        struct listed *kept = &to[s->read_leaves[i]];
        kept->before = l->before;
        memcpy(kept->before_index, l->before_index, l->before * sizeof l->before_index[0]);
        memcpy(kept->before_value, l->before_value, l->before * sizeof l->before_value[0]);
    }
}

static void keep_done(struct states *s) {
    memcpy(s->done.state, s->before, s->emitted->state_size);
    memcpy(s->done.operands, s->operands_before, sizeof s->done.operands);
    memcpy(s->done.choices, s->choices, sizeof s->done.choices);
    keep_elements(s, s->listed, s->done.listed);
    s->done.there = true;
}

/* Back to the last state that was done. It differs from this one in what the form depends on, and in nothing else. */
static void go_back(struct states *s) {
    memcpy(s->before, s->done.state, s->emitted->state_size);
    memcpy(s->operands_before, s->done.operands, sizeof s->done.operands);
    memcpy(s->choices, s->done.choices, sizeof s->done.choices);
    for (unsigned i = 0; i < s->input_count; i++) {
        const struct emitted_component *c = &s->emitted->components[s->inputs[i]];
        (void)valuation_set(s->valuation, s->isa->leaves[s->inputs[i]].symbol, NULL, 0, emitted_load(s->before + c->offset, c->width));
    }
    value_operands(s);
    keep_elements(s, s->done.listed, s->listed);
    for (unsigned i = 0; i < s->read_leaf_count; i++) {
        const struct listed *l = &s->listed[s->read_leaves[i]];
        for (uint32_t k = 0; k < l->before; k++) {
            (void)valuation_set(s->valuation, s->isa->leaves[s->read_leaves[i]].symbol, &l->before_index[k], 1, l->before_value[k]);
        }
    }
}

/* One that is near the last state: what does not change is not made and valued again, which takes most of the time of a new state. */
static void change_with_elements(struct states *s) {
    if (s->done.there && s->outcome != 0 && below(s, 4) != 0) {
        go_back(s);
    }
    for (unsigned n = below(s, 3); n > 0 && s->input_count > 0; n--) {
        unsigned leaf = s->inputs[below(s, s->input_count)];
        const struct emitted_component *c = &s->emitted->components[leaf];
        emitted_store(s->before + c->offset, c->width, random_value(s, c->width));
        set_fixed(s);
        (void)valuation_set(s->valuation, s->isa->leaves[leaf].symbol, NULL, 0, emitted_load(s->before + c->offset, c->width));
    }
    if (below(s, 4) == 0) {
        choose_operands(s);
        value_operands(s);
    }
    for (unsigned n = below(s, 3); n > 0; n--) {
        change_element(s);
    }
    set_elements(s, false);
}

/* Whether an array has no room left for what the next state may read. */
static bool is_crowded(const struct states *s) {
    bool crowded = false;
    for (unsigned i = 0; i < s->read_leaf_count; i++) {
        crowded = crowded || s->listed[s->read_leaves[i]].before > LISTED / 4;
    }
    return crowded;
}

void states_change(struct states *s) {
    if (s->read_count > 0) {
        if (s->valuation == NULL || below(s, s->done.there ? 64 : 2) == 0 || is_crowded(s)) {
            states_next(s);
        } else {
            change_with_elements(s);
        }
        return;
    }
    unsigned mode = s->form->mode_number;
    unsigned kept = s->kept_count[mode] < KEPT ? s->kept_count[mode] : KEPT;
    if (kept > 0 && below(s, 4) == 0) { /* a walk that never returns leaves the states in which anything is done */
        memcpy(s->before, s->kept + (mode * KEPT + below(s, kept)) * s->emitted->state_size, s->emitted->state_size);
    }
    change_inputs(s);
    set_fixed(s);
    choose_operands(s);
}

struct states_view states_look(const struct states *s) {
    return (struct states_view){
        s->form,   s->step,     s->before,  s->after,         s->operands_before, s->operands, (word128 *)(uintptr_t)s->choices,
        s->arrays, s->argument, s->outcome, s->read_count > 0};
}

void states_next(struct states *s) {
    unsigned mode = s->form->mode_number;
    unsigned kept = s->kept_count[mode] < KEPT ? s->kept_count[mode] : KEPT;
    if (kept > 0 && below(s, 8) != 0) {
        memcpy(s->before, s->kept + (mode * KEPT + below(s, kept)) * s->emitted->state_size, s->emitted->state_size);
        change_inputs(s);
    } else {
        set_random_state(s);
    }
    set_fixed(s);
    choose_operands(s);
    value_state(s);
    set_elements(s, true);
    s->done.there = false;
}

void states_take(struct states *s, const struct valuation *before) {
    memset(s->before, 0, s->emitted->state_size);
    for (size_t i = 0; i < s->step->operand_count; i++) {
        s->operands_before[i] = valuation_get(before, s->semantics->operands[i].symbol, NULL, 0);
    }
    for (size_t i = 0; i < s->step->choice_count; i++) {
        s->choices[i] = valuation_get(before, s->choice_symbols[i], NULL, 0);
    }
    for (size_t i = 0; i < s->emitted->component_count; i++) {
        const struct emitted_component *c = &s->emitted->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            word128 index = k;
            emitted_store(element(s->before, c, k), c->width, valuation_get(before, s->isa->leaves[i].symbol, &index, c->index_width == 0 ? 0 : 1));
        }
    }
    set_fixed(s);
    value_state(s);
    s->done.there = false; /* it is no neighbour of this state */
    for (size_t i = 0; i < valuation_size(before); i++) {
        const struct valuation_entry *e = &valuation_entries(before)[i];
        int leaf = e->argument_count == 1 && e->symbol < term_symbol_count(s->isa->pool) ? s->leaf_of[e->symbol] : -1;
        if (leaf >= 0 && s->emitted->components[leaf].placement == EMITTED_LISTED) {
            add_element(s, leaf, e->arguments[0], e->value);
        }
    }
}

void states_reload(struct states *s) { load_arrays(s); }

uint32_t states_run_loaded(struct states *s) {
    memcpy(s->after, s->before, s->emitted->state_size);
    memcpy(s->operands, s->operands_before, s->step->operand_count * sizeof s->operands[0]);
    s->argument = 0;
    x86_set_opaques(any_value, NULL);
    s->outcome = s->step->call(s->after, s->arrays, s->operands, s->choices, &s->argument);
    return s->outcome;
}

uint32_t states_run(struct states *s) {
    load_arrays(s);
    current = s;
    (void)states_run_loaded(s);
    current = NULL;
    return s->outcome;
}

uint32_t states_outcome(const struct states *s) { return s->outcome; }

void states_keep(struct states *s) {
    unsigned mode = s->form->mode_number;
    unsigned at = s->kept_count[mode] < KEPT ? s->kept_count[mode] : below(s, KEPT);
    memcpy(s->kept + (mode * KEPT + at) * s->emitted->state_size, s->before, s->emitted->state_size);
    s->kept_count[mode]++;
    if (s->read_count > 0) {
        keep_done(s);
    }
}

static bool differ(char *text, size_t size, const char *name, word128 index, word128 got, word128 expected) {
    (void)snprintf(text, size, "%s[%llu] is %llx:%llx, by the evaluator %llx:%llx", name, (unsigned long long)index, (unsigned long long)(got >> 64),
                   (unsigned long long)got, (unsigned long long)(expected >> 64), (unsigned long long)expected);
    return false;
}

static bool compare_listed(struct states *s, int leaf, const struct valuation *after, char *text, size_t size) {
    const struct emitted_component *c = &s->emitted->components[leaf];
    const struct emitted_array *a = &s->arrays[leaf];
    symbol array = s->isa->leaves[leaf].symbol;
    for (uint32_t k = 0; k < a->count; k++) {
        word128 index = emitted_index(c, a, k);
        word128 got = emitted_value(c, a, k);
        bool written = false;
        for (size_t i = 0; i < valuation_size(after); i++) {
            const struct valuation_entry *e = &valuation_entries(after)[i];
            written = written || (e->symbol == array && e->argument_count == 1 && e->arguments[0] == index);
        }
        word128 expected = valuation_get(written ? after : s->valuation, array, &index, 1);
        if (got != expected) {
            return differ(text, size, c->name, index, got, expected);
        }
    }
    return true;
}

/* A write that the evaluator made must be in the list. */
static bool compare_written(struct states *s, int leaf, const struct valuation_entry *e, char *text, size_t size) {
    const struct emitted_component *c = &s->emitted->components[leaf];
    const struct emitted_array *a = &s->arrays[leaf];
    for (uint32_t k = 0; k < a->count; k++) {
        if (emitted_index(c, a, k) == e->arguments[0]) {
            return true; /* compare_listed compares the value */
        }
    }
    return differ(text, size, c->name, e->arguments[0], 0, e->value);
}

static bool compare_state(struct states *s, char *text, size_t size) {
    if (memcmp(s->after, s->expected, s->emitted->state_size) == 0) {
        return true;
    }
    for (size_t i = 0; i < s->emitted->component_count; i++) {
        const struct emitted_component *c = &s->emitted->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            word128 got = emitted_load(element(s->after, c, k), c->width);
            word128 expected = emitted_load(element(s->expected, c, k), c->width);
            if (got != expected) {
                return differ(text, size, c->name, k, got, expected);
            }
        }
    }
    return true;
}

static bool compare_result(struct states *s, const struct step_result *r, char *text, size_t size) {
    uint32_t outcome = r->outcome == STEP_DONE ? 0 : r->outcome == STEP_MEMORY_TRAP ? 1 : 2 + r->trap_vector;
    if (s->outcome != outcome) {
        return differ(text, size, "outcome", 0, s->outcome, outcome);
    }
    if (s->argument != r->trap_argument) {
        return differ(text, size, "argument", 0, s->argument, r->trap_argument);
    }
    memcpy(s->expected, s->before, s->emitted->state_size);
    for (size_t i = 0; i < valuation_size(r->after); i++) {
        const struct valuation_entry *e = &valuation_entries(r->after)[i];
        int leaf = s->leaf_of[e->symbol];
        const struct emitted_component *c = leaf < 0 ? NULL : &s->emitted->components[leaf];
        if (c != NULL && c->placement == EMITTED_IN_STATE) {
            emitted_store(element(s->expected, c, e->argument_count == 0 ? 0 : (size_t)e->arguments[0]), c->width, e->value);
        } else if (c != NULL && !compare_written(s, leaf, e, text, size)) {
            return false;
        }
    }
    for (size_t i = 0; i < s->step->operand_count; i++) {
        symbol operand = s->semantics->operands[i].symbol;
        word128 expected = valuation_has(r->after, operand) ? valuation_get(r->after, operand, NULL, 0) : s->operands_before[i];
        if (s->operands[i] != expected) {
            return differ(text, size, s->step->operands[i].name, 0, s->operands[i], expected);
        }
    }
    for (size_t i = 0; i < s->emitted->component_count; i++) {
        if (s->emitted->components[i].placement == EMITTED_LISTED && !compare_listed(s, (int)i, r->after, text, size)) {
            return false;
        }
    }
    return compare_state(s, text, size);
}

bool states_agree(struct states *s, char *difference, size_t size) {
    struct step_result result;
    (void)states_run(s);
    if (!step(s->isa, s->semantics, s->valuation, &result)) {
        (void)snprintf(difference, size, "the evaluator fails");
        return false;
    }
    bool same = compare_result(s, &result, difference, size);
    valuation_free(result.after);
    if (s->outcome == 0) {
        states_keep(s);
    }
    return same;
}

void states_repeat_emitted(struct states *s, unsigned count) {
    x86_set_opaques(any_value, NULL);
    for (unsigned i = 0; i < count; i++) {
        memcpy(s->after, s->before, s->emitted->state_size);
        memcpy(s->operands, s->operands_before, s->step->operand_count * sizeof s->operands[0]);
        s->outcome = s->step->call(s->after, s->arrays, s->operands, s->choices, &s->argument);
    }
}

bool states_repeat_evaluator(struct states *s, unsigned count) {
    bool good = true;
    for (unsigned i = 0; good && i < count; i++) {
        struct step_result result;
        good = step(s->isa, s->semantics, s->valuation, &result);
        if (good) {
            valuation_free(result.after);
        }
    }
    return good;
}
