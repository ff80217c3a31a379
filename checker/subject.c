/* What states for a form are made of: its inputs, arrays and constants, and what its opaque functions depend on. */
#include "sample.h"

#include <stdlib.h>

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

static bool is_opaque(const struct isa *isa, symbol x) {
    for (size_t i = 0; i < isa->opaque_count; i++) {
        if (isa->opaque_symbols[i] == x) {
            return true;
        }
    }
    return false;
}

static void look_at(struct subject *s, const struct term_view *v) {
    int leaf = v->operation == TERM_APPLY ? leaf_of(s->isa, v->symbol) : -1;
    if (v->operation == TERM_CONSTANT && v->width > 1 && s->constant_count < SUBJECT_CONSTANTS) {
        s->constants[s->constant_count++] = v->constant;
    } else if (leaf >= 0 && v->argument_count == 0 && !s->kept[leaf] && s->input_count < SUBJECT_LEAVES) {
        s->inputs[s->input_count++] = (uint16_t)leaf;
    } else if (leaf >= 0 && v->argument_count == 1 && s->table->components[leaf].placement == EMITTED_LISTED) {
        add_listed(s, (unsigned)leaf);
        if (s->read_count < SUBJECT_READS) {
            s->read_leaves[s->read_count] = (uint16_t)leaf;
            s->read_indices[s->read_count++] = v->arguments[0];
        }
    }
    s->open = s->open || (v->operation == TERM_APPLY && is_opaque(s->isa, v->symbol));
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

static void add_decider(struct subject *s, symbol x) {
    for (unsigned i = 0; i < s->input_count; i++) {
        if (s->isa->leaves[s->inputs[i]].symbol == x) {
            s->deciders[s->decider_count++] = (uint16_t)i;
        }
    }
    for (size_t i = 0; i < s->step->operand_count; i++) {
        if (s->semantics->operands[i].symbol == x) {
            s->deciders[s->decider_count++] = (uint16_t)(s->input_count + i);
        }
    }
}

/* `cone` is that of the step; it is another one afterwards. */
static bool find_deciders(struct subject *s, struct cone *cone) {
    const struct term_pool *pool = s->isa->pool;
    size_t count = 0;
    term *arguments = malloc((cone_size(cone) * TERM_MAXIMUM_ARGUMENTS + 1) * sizeof *arguments);
    bool good = arguments != NULL;
    for (size_t i = 0; good && i < cone_size(cone); i++) {
        struct term_view v = term_look(pool, cone_terms(cone)[i]);
        for (unsigned k = 0; v.operation == TERM_APPLY && is_opaque(s->isa, v.symbol) && k < v.argument_count; k++) {
            arguments[count++] = v.arguments[k];
        }
    }
    good = good && cone_collect(cone, arguments, count);
    for (size_t i = 0; good && i < cone_size(cone) && s->decider_count + 2 < SUBJECT_LEAVES; i++) {
        struct term_view v = term_look(pool, cone_terms(cone)[i]);
        if (v.operation == TERM_APPLY && v.argument_count == 0) {
            add_decider(s, v.symbol);
        }
    }
    free(arguments);
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
    good = good && find_deciders(s, cone);
    cone_free(cone);
    return good;
}
