/* States for a form: from the solver's values, and varied from those. */
#include "sample.h"

#define WHOLE_STATES 32u /* of so many random states one differs in every component */

static word128 look_up(void *context, symbol x, const word128 *arguments, unsigned count) { return valuation_get(context, x, arguments, count); }

static bool has_element(const struct sample *x, unsigned leaf, word128 index) {
    for (unsigned i = 0; i < x->element_count; i++) {
        if (x->elements[i].leaf == leaf && x->elements[i].index == index) {
            return true;
        }
    }
    return false;
}

static bool add_zeros(const struct subject *s, struct cone *cone, const struct valuation *state, struct sample *x) {
    bool good = s->read_count == 0 || cone_collect(cone, s->read_indices, s->read_count);
    if (good && s->read_count > 0) {
        cone_evaluate(cone, look_up, (void *)(uintptr_t)state);
    }
    for (unsigned i = 0; good && i < s->read_count; i++) {
        word128 index = cone_value(cone, s->read_indices[i]);
        if (!has_element(x, s->read_leaves[i], index) && x->element_count < SAMPLE_ELEMENTS) {
            x->elements[x->element_count++] = (struct element){s->read_leaves[i], index, 0};
        }
    }
    return good;
}

bool sample_from(const struct subject *s, struct cone *cone, const struct valuation *state, struct sample *x) {
    memset(x->state, 0, s->table->state_size);
    x->element_count = 0;
    x->variant = 0;
    for (size_t i = 0; i < s->step->operand_count; i++) {
        x->operands[i] = valuation_get(state, s->semantics->operands[i].symbol, NULL, 0);
    }
    for (size_t i = 0; i < s->step->choice_count; i++) {
        x->choices[i] = valuation_get(state, s->choices[i], NULL, 0);
    }
    if (s->length_choice >= 0 && x->choices[s->length_choice] == 0) {
        x->choices[s->length_choice] = 3;
    }
    for (size_t i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        for (size_t k = 0; c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            word128 index = k;
            word128 value = valuation_get(state, s->isa->leaves[i].symbol, &index, c->index_width == 0 ? 0 : 1);
            emitted_store(x->state + emitted_place(c, k), c->width, value);
        }
    }
    for (size_t i = 0; i < valuation_size(state); i++) {
        const struct valuation_entry *e = &valuation_entries(state)[i];
        for (unsigned k = 0; e->argument_count == 1 && e->value != 0 && k < s->listed_count; k++) {
            if (s->isa->leaves[s->listed[k]].symbol == e->symbol && x->element_count < SAMPLE_ELEMENTS) {
                x->elements[x->element_count++] = (struct element){s->listed[k], e->arguments[0], e->value};
            }
        }
    }
    return add_zeros(s, cone, state, x);
}

struct valuation *sample_valuation(const struct subject *s, const struct sample *x) {
    struct valuation *v = valuation_new();
    bool good = v != NULL;
    for (size_t i = 0; good && i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        for (size_t k = 0; good && c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            word128 index = k;
            word128 value = emitted_load(x->state + emitted_place(c, k), c->width);
            good = value == 0 || valuation_set(v, s->isa->leaves[i].symbol, &index, c->index_width == 0 ? 0 : 1, value);
        }
    }
    for (size_t i = 0; good && i < s->step->operand_count; i++) {
        good = valuation_set(v, s->semantics->operands[i].symbol, NULL, 0, x->operands[i]);
    }
    for (size_t i = 0; good && i < s->step->choice_count; i++) {
        good = valuation_set(v, s->choices[i], NULL, 0, x->choices[i]);
    }
    for (unsigned i = 0; good && i < x->element_count; i++) {
        good = valuation_set(v, s->isa->leaves[x->elements[i].leaf].symbol, &x->elements[i].index, 1, x->elements[i].value);
    }
    if (!good) {
        valuation_free(v);
        return NULL;
    }
    return v;
}

void sample_copy(const struct subject *s, const struct sample *from, struct sample *to) {
    memcpy(to->state, from->state, s->table->state_size);
    memcpy(to->operands, from->operands, s->step->operand_count * sizeof to->operands[0]);
    memcpy(to->choices, from->choices, s->step->choice_count * sizeof to->choices[0]);
    memcpy(to->elements, from->elements, from->element_count * sizeof to->elements[0]);
    to->element_count = from->element_count;
    to->variant = from->variant;
}

static word128 boundary(const struct subject *s, const struct sample *x, struct random *r, unsigned width, word128 old) {
    uint64_t choice = random_next(r);
    word128 value = (word128)random_next(r) << 64 | random_next(r);
    switch (choice & 7) {
    case 0:
        return cut(choice >> 8 & 3, width);
    case 1:
        return cut(~(word128)0 - (choice >> 8 & 1), width);
    case 2:
        return s->constant_count == 0 ? cut(value, width) : cut(s->constants[(choice >> 8) % s->constant_count] + (choice >> 40) % 3 - 1, width);
    case 3:
        return s->input_count == 0 ? cut(value, width)
                                   : cut(sample_get(s, x, s->inputs[(choice >> 8) % s->input_count]) + (choice >> 40) % 3 - 1, width);
    case 4:
        return cut(old ^ (word128)1 << (choice >> 8) % width, width);
    case 5:
        return cut(old + (choice >> 8) % 3 - 1, width);
    case 6:
        return cut(value >> (choice >> 8) % 128, width);
    default:
        return cut(value, width);
    }
}

/* Every component: a handler may look at what the form does not depend on. */
static void vary_all(const struct subject *s, struct random *r, struct sample *x) {
    for (unsigned i = 0; i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        if (c->placement == EMITTED_IN_STATE && c->index_width == 0 && !s->kept[i]) {
            sample_set(s, x, i, boundary(s, x, r, c->width, sample_get(s, x, i)));
        }
    }
}

/* Places: inputs, operands, elements of arrays. */
static void vary_place(const struct subject *s, struct random *r, struct sample *x, size_t at) {
    if (at < s->input_count) {
        unsigned leaf = s->inputs[at];
        sample_set(s, x, leaf, boundary(s, x, r, s->table->components[leaf].width, sample_get(s, x, leaf)));
    } else if (at < s->input_count + s->step->operand_count) {
        at -= s->input_count;
        x->operands[at] = boundary(s, x, r, s->step->operands[at].width, x->operands[at]);
    } else {
        struct element *e = &x->elements[at - s->input_count - s->step->operand_count];
        e->value = boundary(s, x, r, s->table->components[e->leaf].width, e->value);
    }
}

void sample_vary_deciders(const struct subject *s, const struct sample *base, struct random *r, struct sample *x) {
    sample_copy(s, base, x);
    for (unsigned n = 1 + random_below(r, 2); n > 0; n--) {
        vary_place(s, r, x, s->deciders[random_below(r, s->decider_count)]);
    }
}

void sample_vary(const struct subject *s, const struct sample *base, struct random *r, struct sample *x) {
    sample_copy(s, base, x);
    size_t places = s->input_count + s->step->operand_count + x->element_count;
    if (places == 0 || random_below(r, WHOLE_STATES) == 0) {
        vary_all(s, r, x);
    }
    for (unsigned n = 1 + random_below(r, 4); n > 0 && places > 0; n--) {
        vary_place(s, r, x, random_below(r, places));
    }
    for (size_t i = 0; s->open && i < s->step->choice_count; i++) {
        if ((int)i != s->length_choice) {
            x->choices[i] = cut((word128)random_next(r) << 64 | random_next(r), term_symbol_width(s->isa->pool, s->choices[i]));
        }
    }
}
