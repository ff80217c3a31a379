/* Which free bits of a profile the answer for a form can depend on: only these are enumerated. */
#include "classification.h"

#include "../isa-model/term_cone.h"

#include <stdlib.h>

#define MAXIMUM_ROOTS 16384u

struct roots {
    term *list;
    size_t count;
};

static void add_root(struct roots *r, term t) {
    if (r->count < MAXIMUM_ROOTS) {
        r->list[r->count++] = t;
    }
}

/* What is said of every host state can depend on free bits too, whatever the form does. */
static void add_conditions(const struct classifier *c, unsigned mode, struct roots *r) {
    const struct isa *isa = c->context.isa;
    const struct profile *profile = c->context.profile;
    add_root(r, isa->well_formed);
    add_root(r, isa->modes[mode].states);
    add_root(r, profile->user);
    for (size_t i = 0; i < profile->assumption_count; i++) {
        add_root(r, profile->assumptions[i].condition);
    }
    for (size_t i = 0; i < profile->element_count; i++) {
        add_root(r, profile->elements[i].condition);
    }
}

static void add_form(const struct isa *isa, const struct semantics *semantics, struct roots *r) {
    add_root(r, semantics->trap);
    add_root(r, semantics->memory_trap);
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0) {
            /* a leaf that is only kept does not make the form depend on it */
            struct term_view view = term_look(isa->pool, semantics->next[i]);
            if (view.operation != TERM_APPLY || view.symbol != isa->leaves[i].symbol) {
                add_root(r, semantics->next[i]);
            }
        }
    }
    for (size_t i = 0; i < semantics->operand_count; i++) {
        add_root(r, semantics->operands[i].next);
    }
    for (size_t i = 0; i < semantics->write_count; i++) {
        add_root(r, semantics->writes[i].guard);
        add_root(r, semantics->writes[i].index);
        add_root(r, semantics->writes[i].value);
    }
}

bool relevant_bits(const struct classifier *c, const struct semantics *semantics, unsigned mode, unsigned *bits) {
    const struct isa *isa = c->context.isa;
    const struct profile *profile = c->context.profile;
    struct roots r = {malloc(MAXIMUM_ROOTS * sizeof(term)), 0};
    *bits = 0;
    if (r.list == NULL) {
        return false;
    }
    add_conditions(c, mode, &r);
    if (semantics != NULL) {
        add_form(isa, semantics, &r);
    }
    bool good = cone_collect(c->cone, r.list, r.count);
    for (size_t i = 0; good && i < profile->free_bit_count; i++) {
        term variable = term_apply(isa->pool, isa->leaves[profile->free_bits[i].leaf].symbol, NULL, 0);
        *bits |= cone_contains(c->cone, variable) ? 1u << i : 0;
    }
    free(r.list);
    return good;
}
