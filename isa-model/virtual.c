/* Makes the virtual processor of a profile: takes wide components and opaque functions apart, and finds what the profile and the modes fix. */
#include "virtual_making.h"

#include <string.h>

const char *making_part_name(struct making *m, const char *name, unsigned width, unsigned part) {
    return width <= NARROW_WIDTH ? name : arena_format(m->arena, part == 0 ? "%s.low" : "%s.high", name);
}

/* The parts of one leaf, and the symbols that stand for them. */
static void split_leaf(struct making *m, unsigned number) {
    const struct leaf *leaf = &m->from->leaves[number];
    unsigned elements = elements_of(leaf);
    unsigned parts = parts_of_width(leaf->width);
    bool scalars = lies_in_scalars(leaf);
    symbol *symbols = arena_allocate(m->arena, (size_t)elements * parts * sizeof *symbols);
    m->first[number] = (unsigned)m->leaf_count;
    for (unsigned i = 0; i < elements; i++) {
        const char *name = scalars ? arena_format(m->arena, "%s%u", leaf->name, i) : leaf->name;
        for (unsigned k = 0; k < parts; k++) {
            struct leaf part = *leaf;
            part.name = making_part_name(m, name, leaf->width, k);
            part.width = part_width(leaf->width, k);
            part.index_width = scalars ? 0 : leaf->index_width;
            if (scalars || parts > 1) {
                const char *own = arena_format(m->arena, "virtual'%s", part.name);
                part.symbol = term_symbol(m->from->pool, own, part.width, &part.index_width, part.index_width == 0 ? 0 : 1);
            }
            symbols[i * parts + k] = part.symbol;
            m->leaf_origins[m->leaf_count] = (struct virtual_origin){number, i, k * NARROW_WIDTH};
            m->leaves[m->leaf_count++] = part;
        }
    }
    narrowing_learn(&m->narrowing, leaf->symbol, scalars ? elements : 0, parts, symbols);
}

static void split_leaves(struct making *m) {
    size_t most = 1;
    for (size_t i = 0; i < m->from->leaf_count; i++) {
        most += (size_t)elements_of(&m->from->leaves[i]) * parts_of_width(m->from->leaves[i].width);
    }
    m->leaves = arena_allocate(m->arena, most * sizeof *m->leaves);
    m->leaf_origins = arena_allocate(m->arena, most * sizeof *m->leaf_origins);
    m->used = arena_allocate(m->arena, most);
    m->first = arena_allocate(m->arena, (m->from->leaf_count + 1) * sizeof *m->first);
    for (size_t i = 0; i < m->from->leaf_count; i++) {
        split_leaf(m, (unsigned)i);
    }
    m->fixed = arena_allocate(m->arena, most * m->from->mode_count * sizeof *m->fixed);
}

/* An opaque function with wide arguments or a wide result becomes one or two that have none. */
static void split_opaque(struct narrowing *n, void *context, symbol s) {
    struct making *m = context;
    struct term_pool *pool = m->from->pool;
    unsigned count = term_symbol_argument_count(pool, s);
    const unsigned *widths = term_symbol_argument_widths(pool, s);
    unsigned *narrow_widths = arena_allocate(m->arena, (2 * (size_t)count + 1) * sizeof *narrow_widths);
    unsigned narrow_count = 0;
    for (unsigned i = 0; i < count; i++) {
        for (unsigned k = 0; k < parts_of_width(widths[i]); k++) {
            narrow_widths[narrow_count++] = part_width(widths[i], k);
        }
    }
    unsigned width = term_symbol_width(pool, s);
    unsigned parts = parts_of_width(width);
    unsigned number = 0;
    while (number < m->from->opaque_count && m->from->opaque_symbols[number] != s) {
        number++;
    }
    symbol *symbols = arena_allocate(m->arena, parts * sizeof *symbols);
    for (unsigned k = 0; k < parts; k++) {
        const char *name = making_part_name(m, term_symbol_name(pool, s), width, k);
        bool same = parts == 1 && narrow_count == count;
        symbols[k] = same ? s : term_symbol(pool, arena_format(m->arena, "%s'", name), part_width(width, k), narrow_widths, narrow_count);
        if (number < m->from->opaque_count) {
            if (m->opaque_count == m->opaque_capacity) {
                m->opaques = arena_grow(m->arena, m->opaques, m->opaque_count, &m->opaque_capacity, sizeof *m->opaques);
                m->opaque_origins = arena_grow(m->arena, m->opaque_origins, m->opaque_count, &m->origin_capacity, sizeof *m->opaque_origins);
            }
            m->opaques[m->opaque_count] = symbols[k];
            m->opaque_origins[m->opaque_count++] = (struct virtual_origin){number, 0, k * NARROW_WIDTH};
        }
    }
    narrowing_learn(n, s, 0, parts, symbols);
}

/* A condition that says that a component has a value, as `not guest` and `cr4_supported == 5` do. */
static void fix(struct making *m, unsigned mode, term condition) {
    struct term_view v = term_look(m->from->pool, condition);
    word128 value = 1;
    term component = condition;
    term first = v.argument_count > 0 ? v.arguments[0] : TERM_NONE;
    term second = v.argument_count > 1 ? v.arguments[1] : TERM_NONE;
    if (v.operation == TERM_AND) {
        fix(m, mode, first);
        fix(m, mode, second);
        return;
    }
    if (v.operation == TERM_NOT) {
        component = first;
        value = 0;
    } else if (v.operation == TERM_EQUAL) {
        component = term_is_constant(m->from->pool, first, &value) ? second : first;
        if (!term_is_constant(m->from->pool, first, &value) && !term_is_constant(m->from->pool, second, &value)) {
            return;
        }
    }
    for (size_t i = 0; i < m->leaf_count; i++) {
        if (m->leaves[i].index_width == 0 && variable(m, m->leaves[i].symbol) == component) {
            m->fixed[mode * m->leaf_count + i] = (struct virtual_fixed){true, value};
        }
    }
}

static void find_fixed(struct making *m) {
    for (unsigned mode = 0; mode < m->from->mode_count; mode++) {
        fix(m, mode, m->from->modes[mode].condition);
        for (size_t i = 0; i < m->profiles[mode].assumption_count; i++) {
            fix(m, mode, m->profiles[mode].assumptions[i].condition);
        }
    }
}

static const struct virtual_fixed *fixed_of_original(struct making *m) {
    struct virtual_fixed *fixed = arena_allocate(m->arena, (m->from->leaf_count * m->from->mode_count + 1) * sizeof *fixed);
    for (size_t mode = 0; mode < m->from->mode_count; mode++) {
        for (size_t i = 0; i < m->from->leaf_count; i++) {
            fixed[mode * m->from->leaf_count + i] = m->fixed[mode * m->leaf_count + m->first[i]];
        }
    }
    return fixed;
}

struct virtual_isa *virtual_isa_new(struct arena *arena, struct isa *isa) {
    struct virtual_isa *v = arena_allocate(arena, sizeof *v);
    size_t number = 0;
    while (number < isa->profile_count && profile_in(isa, number, 0)->emulated_count == 0) {
        number++;
    }
    v->original = isa;
    if (number == isa->profile_count) {
        v->problem = "no profile says what it emulates";
        return v;
    }
    struct making m = {.arena = arena, .from = isa, .to = v, .profiles = profile_in(isa, number, 0)};
    narrowing_start(&m.narrowing, arena, isa->pool);
    m.narrowing.unknown = split_opaque;
    m.narrowing.context = &m;
    split_leaves(&m);
    find_fixed(&m);
    v->refused = m.profiles[0].refused;
    v->all_fixed = fixed_of_original(&m);
    making_add_forms(&m);
    making_drop_unused(&m);
    v->isa = *isa;
    v->isa.name = arena_format(arena, "%s_virtual", isa->name);
    v->isa.leaves = m.leaves;
    v->isa.leaf_count = m.leaf_count;
    v->isa.forms = m.forms;
    v->isa.form_count = m.form_count;
    v->isa.event_count = 0; /* they are among the forms */
    v->isa.opaque_symbols = m.opaques;
    v->isa.opaque_count = m.opaque_count;
    v->leaves = m.leaf_origins;
    v->opaques = m.opaque_origins;
    v->forms = m.form_origins;
    v->fixed = m.fixed;
    return v;
}
