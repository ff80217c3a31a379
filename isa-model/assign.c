/* Assignments: to components, their fields, elements of arrays, slices, and out operands. */
#include "elaborate.h"

#include <string.h>

struct target {
    const struct component *component; /* or ... */
    struct symbolic_operand *operand;
    const struct syntax *index_syntax;
    term index;
    unsigned first; /* scalar within the component or operand */
    const struct type *type;
    bool sliced;
    unsigned high, low;
};

static bool resolve_name(struct checker *c, const struct syntax *s, struct target *t) {
    for (const struct local *l = c->locals; l != NULL; l = l->outer) {
        if (strcmp(l->name, s->text) == 0) {
            report(c->r, s, "'%s' was given a value by let, or is an argument: it cannot be assigned", s->text);
            return false;
        }
    }
    for (size_t i = 0; i < c->machine.operand_count; i++) {
        struct symbolic_operand *operand = &c->machine.operands[i];
        if (strcmp(operand->name, s->text) == 0) {
            if ((operand->direction & OPERAND_OUT) == 0) {
                report(c->r, s, "'%s' is an input; only out and inout operands can be assigned", s->text);
                return false;
            }
            t->operand = operand;
            t->type = operand->type;
            return true;
        }
    }
    t->component = component_of(c, s->text);
    if (t->component == NULL) {
        const struct definition *d = find_definition(c, s->text);
        if (d == NULL || d->kind != DEFINES_NOTHING) {
            report(c->r, s, "'%s' is not a state component or operand", s->text);
        }
        return false;
    }
    if (t->component->class == CLASS_PARAMETER) {
        report(c->r, s, "'%s' is a parameter of the machine: no instruction changes it", s->text);
        return false;
    }
    t->type = t->component->type;
    return true;
}

static bool resolve_target(struct checker *c, const struct syntax *s, struct target *t);

static bool whole_target(struct checker *c, const struct syntax *s, const struct target *t) {
    if (t->component != NULL && t->component->index_width != 0 && t->index_syntax == NULL) {
        report(c->r, s, "'%s' is an array; say which element", t->component->name);
        return false;
    }
    return true;
}

static bool resolve_slice(struct checker *c, const struct syntax *s, struct target *t, word128 high, word128 low) {
    if (!whole_target(c, s, t)) {
        return false;
    }
    if (t->sliced || t->type->kind != TYPE_BITS || low > high || high >= t->type->width) {
        report(c->r, s, "this is not a slice of %s", type_text(c, t->type));
        return false;
    }
    t->sliced = true;
    t->high = (unsigned)high;
    t->low = (unsigned)low;
    return true;
}

static bool resolve_element(struct checker *c, const struct syntax *s, struct target *t) {
    if (!resolve_target(c, s->child[0], t)) {
        return false;
    }
    if (t->component != NULL && t->component->index_width != 0 && t->index_syntax == NULL) {
        struct value index = evaluate_as(c, s->child[1], bits_type(c, t->component->index_width));
        t->index_syntax = s;
        t->index = index.kind == VALUE_TYPED ? index.terms[0] : 0;
        return index.kind == VALUE_TYPED;
    }
    word128 bit = 0;
    return constant_number(c, s->child[1], &bit) && resolve_slice(c, s, t, bit, bit);
}

static bool resolve_target(struct checker *c, const struct syntax *s, struct target *t) {
    if (s->kind == SYNTAX_NAME) {
        return resolve_name(c, s, t);
    }
    if (s->kind == SYNTAX_INDEX) {
        return resolve_element(c, s, t);
    }
    if (!resolve_target(c, s->child[0], t)) {
        return false;
    }
    if (s->kind == SYNTAX_SLICE) {
        return resolve_slice(c, s, t, s->number, s->number_width);
    }
    const struct field *field = t->type->kind == TYPE_RECORD && !t->sliced ? find_field(t->type, s->text) : NULL;
    if (field == NULL) {
        report(c->r, s, "%s has no field '%s'", type_text(c, t->type), s->text);
        return false;
    }
    t->first += field->first;
    t->type = field->type;
    return true;
}

static term old_value(struct checker *c, const struct target *t) {
    if (t->operand != NULL) {
        return t->operand->current[t->first];
    }
    unsigned leaf = t->component->first_leaf + t->first;
    return t->index_syntax != NULL ? read_array(c, leaf, t->index) : c->machine.scalars[leaf];
}

static term with_slice(struct checker *c, const struct target *t, term old, term part) {
    struct term_pool *p = c->pool;
    term result = part;
    if (t->low > 0) {
        result = term_concatenate(p, result, term_extract(p, t->low - 1, 0, old));
    }
    if (t->high + 1 < t->type->width) {
        result = term_concatenate(p, term_extract(p, t->type->width - 1, t->high + 1, old), result);
    }
    return result;
}

static void store(struct checker *c, const struct target *t, unsigned i, term value) {
    if (t->operand != NULL) {
        t->operand->current[t->first + i] = value;
        return;
    }
    unsigned leaf = t->component->first_leaf + t->first + i;
    if (t->component->class == CLASS_COUNTER) {
        c->machine.next_counter = value;
    } else if (t->index_syntax == NULL) {
        c->machine.scalars[leaf] = value;
    } else {
        struct machine *m = &c->machine;
        size_t at = APPEND(c, m->writes, m->write_count, m->write_capacity);
        m->writes[at] = (struct array_write){leaf, m->path, t->index, value};
    }
}

void assign(struct checker *c, const struct syntax *target, const struct syntax *expression) {
    struct target t = {0};
    if (!resolve_target(c, target, &t) || !whole_target(c, target, &t)) {
        return;
    }
    const struct type *type = t.sliced ? bits_type(c, t.high - t.low + 1) : t.type;
    struct value v = evaluate_as(c, expression, type);
    if (v.kind != VALUE_TYPED) {
        return;
    }
    if (t.component != NULL && t.component->class == CLASS_MEMORY) {
        (void)memory_access(c, target, t.component, t.index);
    }
    if (t.sliced) {
        store(c, &t, 0, with_slice(c, &t, old_value(c, &t), v.terms[0]));
        return;
    }
    for (unsigned i = 0; i < type->scalars; i++) {
        store(c, &t, i, v.terms[i]);
    }
}
