/* The forms of a virtual processor: what each does from the states that the profile and the mode leave, in narrow values. */
#include "virtual_making.h"

#include <string.h>

/* How a form is read: from the states that the profile and the mode leave, without the paths that are refused. */
struct reading {
    struct substitution *left;
    term refused; /* where it changes what the profile refuses */
};

static struct reading start_reading(struct making *m, const struct semantics *s, unsigned mode, struct virtual_form *origin) {
    struct term_pool *pool = m->from->pool;
    struct substitution *left = new_substitution(m);
    struct reading r = {left, term_false(pool)};
    for (size_t i = 0; i < m->leaf_count; i++) {
        const struct virtual_fixed *f = &m->fixed[mode * m->leaf_count + i];
        if (f->known && m->leaf_origins[i].low == 0 && !lies_in_scalars(&m->from->leaves[m->leaf_origins[i].number])) {
            substitution_replace(left, m->leaves[i].symbol, term_constant(pool, m->leaves[i].width, f->value));
        }
    }
    struct virtual_kept *kept = arena_allocate(m->arena, (m->from->leaf_count + 1) * sizeof *kept);
    for (size_t i = 0; i < m->from->leaf_count; i++) {
        for (size_t k = 0; m->from->leaves[i].index_width == 0 && k < m->from->undefined_count; k++) {
            if (s->next[i] == variable(m, m->from->undefined_symbols[k]) && m->from->leaves[i].width <= NARROW_WIDTH) {
                substitution_replace(left, m->from->undefined_symbols[k], variable(m, m->from->leaves[i].symbol));
                kept[origin->kept_count++] = (struct virtual_kept){m->from->undefined_symbols[k], m->first[i]};
            }
        }
    }
    origin->kept = kept;
    for (size_t i = 0; i < m->from->leaf_count; i++) {
        if (m->profiles[mode].refused[i]) {
            r.refused = term_or(pool, r.refused, making_changes(m, substitute(left, s->next[i]), variable(m, m->from->leaves[i].symbol)));
        }
    }
    return r;
}

/* A term as it is where nothing is refused. */
static term read_term(struct making *m, const struct reading *r, term t) { return making_without(m, substitute(r->left, t), r->refused); }

static void narrow_operands(struct making *m, const struct semantics *s, const struct reading *r, struct semantics *to, struct virtual_form *origin) {
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
                                    : term_symbol(m->from->pool, arena_format(m->arena, "virtual'%s", making_part_name(m, name, o->width, k)),
                                                  part_width(o->width, k), NULL, 0);
        }
        narrowing_learn(&m->narrowing, o->symbol, 0, parts, symbols);
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        const struct operand *o = &s->operands[i];
        for (unsigned k = 0; k < parts_of_width(o->width); k++) {
            struct operand part = *o;
            unsigned low = k * NARROW_WIDTH;
            part.name = making_part_name(m, o->name, o->width, k);
            part.width = part_width(o->width, k);
            part.size = part.width;
            part.symbol = m->narrowing.symbols[o->symbol].symbols[k];
            part.next = narrow_bits(&m->narrowing, read_term(m, r, o->next), low + part.width - 1, low);
            origins[to->operand_count] = (struct virtual_origin){(unsigned)i, 0, low};
            operands[to->operand_count++] = part;
        }
    }
    to->operands = operands;
    origin->operands = origins;
}

/* Writes to arrays that lie in scalars become next values, the others writes of parts. */
static void narrow_writes(struct making *m, const struct semantics *s, const struct reading *r, term *next, struct semantics *to) {
    struct term_pool *pool = m->from->pool;
    struct array_write *writes = arena_allocate(m->arena, (2 * s->write_count + 1) * sizeof *writes);
    for (size_t i = 0; i < s->write_count; i++) {
        const struct array_write *w = &s->writes[i];
        const struct leaf *leaf = &m->from->leaves[w->leaf];
        term guard = narrow(&m->narrowing, read_term(m, r, w->guard));
        term index = narrow(&m->narrowing, read_term(m, r, w->index));
        term value = read_term(m, r, w->value);
        if (guard == term_false(pool)) {
            continue;
        }
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

static void narrow_next(struct making *m, const struct semantics *s, const struct reading *r, term *next) {
    for (size_t i = 0; i < m->leaf_count; i++) {
        const struct virtual_origin *o = &m->leaf_origins[i];
        const struct leaf *leaf = &m->from->leaves[o->number];
        if (m->leaves[i].index_width != 0) {
            next[i] = TERM_NONE;
        } else if (leaf->index_width != 0 || s->next[o->number] == variable(m, leaf->symbol)) {
            next[i] = variable(m, m->leaves[i].symbol);
        } else {
            next[i] = narrow_bits(&m->narrowing, read_term(m, r, s->next[o->number]), o->low + m->leaves[i].width - 1, o->low);
        }
    }
}

static const struct semantics *narrow_semantics(struct making *m, const struct semantics *s, unsigned mode, struct virtual_form *origin) {
    struct semantics *to = arena_allocate(m->arena, sizeof *to);
    term *next = arena_allocate(m->arena, (m->leaf_count + 1) * sizeof *next);
    struct reading reading = start_reading(m, s, mode, origin);
    const struct reading *r = &reading;
    narrow_operands(m, s, r, to, origin);
    to->trap = narrow(&m->narrowing, read_term(m, r, s->trap));
    to->memory_trap = narrow(&m->narrowing, read_term(m, r, s->memory_trap));
    to->trap_vector = narrow(&m->narrowing, read_term(m, r, s->trap_vector));
    to->trap_argument = narrow(&m->narrowing, read_term(m, r, s->trap_argument));
    to->refused = narrow(&m->narrowing, r->refused);
    narrow_next(m, s, r, next);
    narrow_writes(m, s, r, next, to);
    to->next = next;
    substitution_free(r->left);
    return to;
}

static void mark_used(struct making *m, const struct semantics *s, unsigned char *marks, size_t size) {
    memset(marks, 0, size);
    const struct term_pool *pool = m->from->pool;
    const term outcome[] = {s->trap, s->memory_trap, s->trap_vector, s->trap_argument, s->refused};
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

void making_add_forms(struct making *m) {
    const struct isa *isa = m->from;
    size_t forms = isa->form_count + isa->event_count;
    size_t most = forms * isa->mode_count + 1;
    m->forms = arena_allocate(m->arena, most * sizeof *m->forms);
    m->form_origins = arena_allocate(m->arena, most * sizeof *m->form_origins);
    const struct profile *p = &m->profiles[0];
    for (size_t i = 0; i < forms; i++) {
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
void making_drop_unused(struct making *m) {
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
