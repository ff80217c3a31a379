/* Makes the virtual processor of a profile: fixes what the profile fixes, keeps what is undefined, and takes wide components apart. */
#include "virtual.h"

#include "virtual_narrow.h"

#include <string.h>

#define SCALAR_INDEX_WIDTH 3u /* arrays with at most eight elements lie in scalars */

struct making {
    struct arena *arena;
    struct isa *from;
    struct virtual_isa *to;
    const struct profile *profiles; /* by mode */
    struct narrowing narrowing;
    struct leaf *leaves; /* all parts, also those that no form uses */
    struct virtual_origin *leaf_origins;
    unsigned *first; /* by leaf of the original */
    size_t leaf_count;
    bool *used;
    symbol *opaques;
    struct virtual_origin *opaque_origins;
    size_t opaque_count, opaque_capacity, origin_capacity;
    struct virtual_fixed *fixed; /* by mode and part */
    struct form *forms;
    struct virtual_form *form_origins;
    size_t form_count;
};

static term variable(const struct making *m, symbol s) { return term_apply(m->from->pool, s, NULL, 0); }

static unsigned elements_of(const struct leaf *leaf) {
    return leaf->index_width == 0 || leaf->index_width > SCALAR_INDEX_WIDTH ? 1 : 1u << leaf->index_width;
}

static bool lies_in_scalars(const struct leaf *leaf) { return leaf->index_width != 0 && leaf->index_width <= SCALAR_INDEX_WIDTH; }

static unsigned parts_of_width(unsigned width) { return width > NARROW_WIDTH ? 2 : 1; }

static unsigned part_width(unsigned width, unsigned part) { return part != 0 ? width - NARROW_WIDTH : width > NARROW_WIDTH ? NARROW_WIDTH : width; }

static const char *part_name(struct making *m, const char *name, unsigned width, unsigned part) {
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
            part.name = part_name(m, name, leaf->width, k);
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
        const char *name = part_name(m, term_symbol_name(pool, s), width, k);
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

/* What the form does from the states that the profile and the mode leave. */
static struct substitution *reading(struct making *m, const struct semantics *s, unsigned mode, struct virtual_form *origin) {
    struct term_pool *pool = m->from->pool;
    struct substitution *r = substitution_new(pool);
    if (r == NULL) {
        longjmp(*m->arena->exhausted, 1);
    }
    for (size_t i = 0; i < m->leaf_count; i++) {
        const struct virtual_fixed *f = &m->fixed[mode * m->leaf_count + i];
        if (f->known && m->leaf_origins[i].low == 0 && !lies_in_scalars(&m->from->leaves[m->leaf_origins[i].number])) {
            substitution_replace(r, m->leaves[i].symbol, term_constant(pool, m->leaves[i].width, f->value));
        }
    }
    struct virtual_kept *kept = arena_allocate(m->arena, (m->from->leaf_count + 1) * sizeof *kept);
    for (size_t i = 0; i < m->from->leaf_count; i++) {
        for (size_t k = 0; m->from->leaves[i].index_width == 0 && k < m->from->undefined_count; k++) {
            if (s->next[i] == variable(m, m->from->undefined_symbols[k]) && m->from->leaves[i].width <= NARROW_WIDTH) {
                substitution_replace(r, m->from->undefined_symbols[k], variable(m, m->from->leaves[i].symbol));
                kept[origin->kept_count++] = (struct virtual_kept){m->from->undefined_symbols[k], m->first[i]};
            }
        }
    }
    origin->kept = kept;
    return r;
}

static void narrow_operands(struct making *m, const struct semantics *s, struct substitution *r, struct semantics *to, struct virtual_form *origin) {
    struct operand *operands = arena_allocate(m->arena, (2 * s->operand_count + 1) * sizeof *operands);
    struct virtual_origin *origins = arena_allocate(m->arena, (2 * s->operand_count + 1) * sizeof *origins);
    /* First what stands for them, then what they become. */
    for (size_t i = 0; i < s->operand_count; i++) {
        const struct operand *o = &s->operands[i];
        unsigned parts = parts_of_width(o->width);
        symbol *symbols = arena_allocate(m->arena, parts * sizeof *symbols);
        for (unsigned k = 0; k < parts; k++) {
            const char *name = term_symbol_name(m->from->pool, o->symbol);
            symbols[k] = parts == 1 ? o->symbol
                                    : term_symbol(m->from->pool, arena_format(m->arena, "virtual'%s", part_name(m, name, o->width, k)),
                                                  part_width(o->width, k), NULL, 0);
        }
        narrowing_learn(&m->narrowing, o->symbol, 0, parts, symbols);
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        const struct operand *o = &s->operands[i];
        for (unsigned k = 0; k < parts_of_width(o->width); k++) {
            struct operand part = *o;
            unsigned low = k * NARROW_WIDTH;
            part.name = part_name(m, o->name, o->width, k);
            part.width = part_width(o->width, k);
            part.size = part.width;
            part.symbol = m->narrowing.symbols[o->symbol].symbols[k];
            part.next = narrow_bits(&m->narrowing, substitute(r, o->next), low + part.width - 1, low);
            origins[to->operand_count] = (struct virtual_origin){(unsigned)i, 0, low};
            operands[to->operand_count++] = part;
        }
    }
    to->operands = operands;
    origin->operands = origins;
}

/* Writes to arrays that lie in scalars become next values, the others writes of parts. */
static void narrow_writes(struct making *m, const struct semantics *s, struct substitution *r, term *next, struct semantics *to) {
    struct term_pool *pool = m->from->pool;
    struct array_write *writes = arena_allocate(m->arena, (2 * s->write_count + 1) * sizeof *writes);
    for (size_t i = 0; i < s->write_count; i++) {
        const struct array_write *w = &s->writes[i];
        const struct leaf *leaf = &m->from->leaves[w->leaf];
        term guard = narrow(&m->narrowing, substitute(r, w->guard));
        term index = narrow(&m->narrowing, substitute(r, w->index));
        term value = substitute(r, w->value);
        unsigned parts = parts_of_width(leaf->width);
        for (unsigned k = 0; k < parts; k++) {
            unsigned low = k * NARROW_WIDTH;
            term part = narrow_bits(&m->narrowing, value, low + part_width(leaf->width, k) - 1, low);
            if (!lies_in_scalars(leaf)) {
                writes[to->write_count++] = (struct array_write){m->first[w->leaf] + k, guard, index, part};
                continue;
            }
            for (unsigned e = 0; e < elements_of(leaf); e++) {
                term here = term_and(pool, guard, term_equal(pool, index, term_constant(pool, leaf->index_width, e)));
                unsigned at = m->first[w->leaf] + e * parts + k;
                next[at] = term_if(pool, here, part, next[at]);
            }
        }
    }
    to->writes = writes;
}

static void narrow_next(struct making *m, const struct semantics *s, struct substitution *r, term *next) {
    for (size_t i = 0; i < m->leaf_count; i++) {
        const struct virtual_origin *o = &m->leaf_origins[i];
        const struct leaf *leaf = &m->from->leaves[o->number];
        if (m->leaves[i].index_width != 0) {
            next[i] = TERM_NONE;
        } else if (leaf->index_width != 0 || s->next[o->number] == variable(m, leaf->symbol)) {
            next[i] = variable(m, m->leaves[i].symbol);
        } else {
            next[i] = narrow_bits(&m->narrowing, substitute(r, s->next[o->number]), o->low + m->leaves[i].width - 1, o->low);
        }
    }
}

static const struct semantics *narrow_semantics(struct making *m, const struct semantics *s, unsigned mode, struct virtual_form *origin) {
    struct semantics *to = arena_allocate(m->arena, sizeof *to);
    term *next = arena_allocate(m->arena, (m->leaf_count + 1) * sizeof *next);
    struct substitution *r = reading(m, s, mode, origin);
    narrow_operands(m, s, r, to, origin);
    to->trap = narrow(&m->narrowing, substitute(r, s->trap));
    to->memory_trap = narrow(&m->narrowing, substitute(r, s->memory_trap));
    to->trap_vector = narrow(&m->narrowing, substitute(r, s->trap_vector));
    to->trap_argument = narrow(&m->narrowing, substitute(r, s->trap_argument));
    narrow_next(m, s, r, next);
    narrow_writes(m, s, r, next, to);
    to->next = next;
    substitution_free(r);
    return to;
}

static void mark_used(struct making *m, const struct semantics *s, unsigned char *marks, size_t size) {
    memset(marks, 0, size);
    const struct term_pool *pool = m->from->pool;
    const term outcome[] = {s->trap, s->memory_trap, s->trap_vector, s->trap_argument};
    for (size_t i = 0; i < sizeof outcome / sizeof outcome[0]; i++) {
        term_mark(pool, outcome[i], marks);
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        term_mark(pool, s->operands[i].next, marks);
    }
    for (size_t i = 0; i < s->write_count; i++) {
        m->used[s->writes[i].leaf] = true;
        term_mark(pool, s->writes[i].guard, marks);
        term_mark(pool, s->writes[i].index, marks);
        term_mark(pool, s->writes[i].value, marks);
    }
    for (size_t i = 0; i < m->leaf_count; i++) {
        if (m->leaves[i].index_width == 0 && s->next[i] != variable(m, m->leaves[i].symbol)) {
            m->used[i] = true;
            term_mark(pool, s->next[i], marks);
        }
    }
    for (term t = 0; t < size; t++) {
        struct term_view v = term_look(pool, t);
        for (size_t i = 0; marks[t] != 0 && v.operation == TERM_APPLY && i < m->leaf_count; i++) {
            m->used[i] = m->used[i] || m->leaves[i].symbol == v.symbol;
        }
    }
}

static void make_forms(struct making *m) {
    const struct isa *isa = m->from;
    size_t most = isa->form_count * isa->mode_count + 1;
    m->forms = arena_allocate(m->arena, most * sizeof *m->forms);
    m->form_origins = arena_allocate(m->arena, most * sizeof *m->form_origins);
    const struct profile *p = &m->profiles[0];
    for (size_t i = 0; i < isa->form_count; i++) {
        uint64_t modes = 0;
        for (size_t k = 0; k < p->emulated_count; k++) {
            modes |= strcmp(p->emulated[k].instruction, isa->forms[i].instruction) == 0 ? p->emulated[k].modes : 0;
        }
        for (unsigned mode = 0; mode < isa->mode_count; mode++) {
            if (((modes & isa->forms[i].modes) >> mode & 1) == 0 || isa->forms[i].semantics[mode] == NULL) {
                continue;
            }
            struct virtual_form *origin = &m->form_origins[m->form_count];
            *origin = (struct virtual_form){.form = i, .mode = mode};
            const struct semantics **semantics = arena_allocate(m->arena, isa->mode_count * sizeof(const struct semantics *));
            semantics[mode] = narrow_semantics(m, isa->forms[i].semantics[mode], mode, origin);
            struct form *form = &m->forms[m->form_count++];
            *form = isa->forms[i];
            form->modes = (uint64_t)1 << mode;
            form->semantics = semantics;
            if (m->narrowing.failed && m->to->problem == NULL) {
                m->to->problem = arena_format(m->arena, "'%s' needs a value of more than %u bits as a whole", form->text, NARROW_WIDTH);
            }
        }
    }
}

/* Leaves that no form uses are not part of the virtual processor. */
static void drop_unused(struct making *m) {
    size_t size = term_pool_size(m->from->pool);
    unsigned char *marks = arena_allocate(m->arena, size + 1);
    for (size_t i = 0; i < m->form_count; i++) {
        mark_used(m, m->forms[i].semantics[m->form_origins[i].mode], marks, size);
    }
    unsigned *place = arena_allocate(m->arena, (m->leaf_count + 1) * sizeof *place);
    size_t count = 0;
    for (size_t i = 0; i < m->leaf_count; i++) {
        place[i] = (unsigned)count;
        count += m->used[i] ? 1 : 0;
    }
    for (size_t f = 0; f < m->form_count; f++) {
        /* They were made above, and are not const there. */
        struct semantics *s = (struct semantics *)(uintptr_t)m->forms[f].semantics[m->form_origins[f].mode];
        term *next = (term *)(uintptr_t)s->next;
        struct array_write *writes = (struct array_write *)(uintptr_t)s->writes;
        struct virtual_kept *kept = (struct virtual_kept *)(uintptr_t)m->form_origins[f].kept;
        for (size_t i = 0; i < m->leaf_count; i++) {
            next[place[i]] = m->used[i] ? next[i] : next[place[i]];
        }
        for (size_t i = 0; i < s->write_count; i++) {
            writes[i].leaf = place[writes[i].leaf];
        }
        size_t kept_count = 0;
        for (size_t i = 0; i < m->form_origins[f].kept_count; i++) {
            if (m->used[kept[i].leaf]) {
                kept[kept_count++] = (struct virtual_kept){kept[i].undefined, place[kept[i].leaf]};
            }
        }
        m->form_origins[f].kept_count = kept_count;
    }
    struct virtual_fixed *fixed = arena_allocate(m->arena, (count * m->from->mode_count + 1) * sizeof *fixed);
    for (size_t i = 0; i < m->leaf_count; i++) {
        for (size_t mode = 0; m->used[i] && mode < m->from->mode_count; mode++) {
            fixed[mode * count + place[i]] = m->fixed[mode * m->leaf_count + i];
        }
    }
    for (size_t i = 0; i < m->leaf_count; i++) {
        if (m->used[i]) {
            m->leaves[place[i]] = m->leaves[i];
            m->leaf_origins[place[i]] = m->leaf_origins[i];
        }
    }
    m->leaf_count = count;
    m->fixed = fixed;
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
    v->all_fixed = fixed_of_original(&m);
    make_forms(&m);
    drop_unused(&m);
    v->isa = *isa;
    v->isa.name = arena_format(arena, "%s_virtual", isa->name);
    v->isa.leaves = m.leaves;
    v->isa.leaf_count = m.leaf_count;
    v->isa.forms = m.forms;
    v->isa.form_count = m.form_count;
    v->isa.opaque_symbols = m.opaques;
    v->isa.opaque_count = m.opaque_count;
    v->leaves = m.leaf_origins;
    v->opaques = m.opaque_origins;
    v->forms = m.form_origins;
    v->fixed = m.fixed;
    return v;
}
