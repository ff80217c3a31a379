/* States for a form: from the solver's values, and varied from those. */
#include "sample.h"

#include "../isa-model/term_cone.h"

#include <stdlib.h>

#define WHOLE_STATES 32u /* of so many random states one differs in every component */

static int leaf_of(const struct isa *isa, symbol s) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == s) {
            return (int)i;
        }
    }
    return -1;
}

static bool collect(const struct subject *s, struct cone *cone) {
    const struct semantics *m = s->semantics;
    const struct isa *isa = s->isa;
    size_t count = 4;
    term *roots = malloc((4 + isa->leaf_count + m->operand_count + 3 * m->write_count) * sizeof *roots);
    if (roots == NULL) {
        return false;
    }
    roots[0] = m->trap;
    roots[1] = m->memory_trap;
    roots[2] = m->trap_vector;
    roots[3] = m->trap_argument;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0 && m->next[i] != term_apply(isa->pool, isa->leaves[i].symbol, NULL, 0)) {
            roots[count++] = m->next[i];
        }
    }
    for (size_t i = 0; i < m->operand_count; i++) {
        roots[count++] = m->operands[i].next;
    }
    for (size_t i = 0; i < m->write_count; i++) {
        roots[count++] = m->writes[i].guard;
        roots[count++] = m->writes[i].index;
        roots[count++] = m->writes[i].value;
    }
    bool good = cone_collect(cone, roots, count);
    free(roots);
    return good;
}

static void add_listed(struct subject *s, unsigned leaf) {
    for (unsigned i = 0; i < s->listed_count; i++) {
        if (s->listed[i] == leaf) {
            return;
        }
    }
    s->listed[s->listed_count++] = (uint16_t)leaf;
}

static void look_at(struct subject *s, const struct term_view *v) {
    int leaf = v->operation == TERM_APPLY ? leaf_of(s->isa, v->symbol) : -1;
    if (v->operation == TERM_CONSTANT && v->width > 1 && s->constant_count < SUBJECT_CONSTANTS) {
        s->constants[s->constant_count++] = v->constant;
    } else if (leaf >= 0 && v->argument_count == 0 && !s->kept[leaf] && s->input_count < SUBJECT_LEAVES) {
        s->inputs[s->input_count++] = (uint16_t)leaf;
    } else if (leaf >= 0 && v->argument_count == 1 && s->table->components[leaf].placement == EMITTED_LISTED) {
        add_listed(s, (unsigned)leaf);
    }
    for (size_t i = 0; v->operation == TERM_APPLY && i < s->isa->opaque_count; i++) {
        s->open = s->open || s->isa->opaque_symbols[i] == v->symbol;
    }
}

static bool keep_frame(struct subject *s, struct cone *cone) {
    if (!cone_collect(cone, &s->isa->modes[s->form->mode_number].condition, 1)) {
        return false;
    }
    for (size_t i = 0; i < cone_size(cone); i++) {
        struct term_view v = term_look(s->isa->pool, cone_terms(cone)[i]);
        int leaf = v.operation == TERM_APPLY ? leaf_of(s->isa, v.symbol) : -1;
        if (leaf >= 0) {
            s->kept[leaf] = true;
        }
    }
    return true;
}

static bool find_choices(struct subject *s) {
    bool good = s->step->choice_count <= SAMPLE_CHOICES && s->step->operand_count <= SAMPLE_OPERANDS;
    s->length_choice = -1;
    for (size_t i = 0; good && i < s->step->choice_count; i++) {
        bool found = strcmp(s->step->choices[i], "length") == 0;
        s->choices[i] = s->isa->length;
        s->length_choice = found ? (int)i : s->length_choice;
        s->open = s->open || !found;
        for (size_t k = 0; !found && k < s->isa->undefined_count; k++) {
            found = strcmp(s->step->choices[i], term_symbol_name(s->isa->pool, s->isa->undefined_symbols[k])) == 0;
            s->choices[i] = s->isa->undefined_symbols[k];
        }
        good = found;
    }
    return good;
}

bool subject_prepare(struct subject *s, const struct isa *isa, const struct emitted_isa *table, size_t entry) {
    struct cone *cone = cone_new(isa->pool);
    const struct emitted_form *f = &table->forms[entry];
    memset(s, 0, sizeof *s);
    s->isa = isa;
    s->table = table;
    s->form = f;
    s->step = &table->steps[f->step];
    s->semantics = isa->forms[f->form].semantics[f->mode_number];
    bool good = cone != NULL && s->semantics != NULL && isa->leaf_count <= SUBJECT_LEAVES && table->state_size <= SAMPLE_STATE &&
                keep_frame(s, cone) && find_choices(s) && collect(s, cone);
    for (size_t i = 0; good && i < cone_size(cone); i++) {
        struct term_view v = term_look(isa->pool, cone_terms(cone)[i]);
        look_at(s, &v);
    }
    for (size_t i = 0; good && i < s->semantics->write_count; i++) {
        if (table->components[s->semantics->writes[i].leaf].placement == EMITTED_LISTED) {
            add_listed(s, s->semantics->writes[i].leaf);
        }
    }
    cone_free(cone);
    return good;
}

/* ---- samples ----------------------------------------------------------------------------------------------------------------------------------- */

void sample_from(const struct subject *s, const struct valuation *state, struct sample *x) {
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
            store(x->state + c->offset + k * bytes_of(c->width), c->width, value);
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
}

struct valuation *sample_valuation(const struct subject *s, const struct sample *x) {
    struct valuation *v = valuation_new();
    bool good = v != NULL;
    for (size_t i = 0; good && i < s->table->component_count; i++) {
        const struct emitted_component *c = &s->table->components[i];
        for (size_t k = 0; good && c->placement == EMITTED_IN_STATE && k < (size_t)1 << c->index_width; k++) {
            word128 index = k;
            word128 value = load(x->state + c->offset + k * bytes_of(c->width), c->width);
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

void sample_vary(const struct subject *s, const struct sample *base, struct random *r, struct sample *x) {
    sample_copy(s, base, x);
    size_t places = s->input_count + s->step->operand_count + x->element_count;
    if (places == 0 || random_below(r, WHOLE_STATES) == 0) {
        vary_all(s, r, x);
    }
    for (unsigned n = 1 + random_below(r, 4); n > 0 && places > 0; n--) {
        size_t at = random_below(r, places);
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
    for (size_t i = 0; s->open && i < s->step->choice_count; i++) {
        if ((int)i != s->length_choice) {
            x->choices[i] = cut((word128)random_next(r) << 64 | random_next(r), term_symbol_width(s->isa->pool, s->choices[i]));
        }
    }
}
