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
    bool from_alias; /* the slice is that of an alias, and may be sliced once more */
    bool extends;    /* assigning the alias makes the bits above it zero */
};

static bool resolve_target(struct checker *c, const struct syntax *s, struct target *t);

static bool term_is_true(struct checker *c, term t) {
    word128 value = 0;
    return term_is_constant(c->pool, t, &value) && value != 0;
}

static bool resolve_alias(struct checker *c, const struct syntax *s, struct definition *d, struct target *t) {
    if (d->active) {
        report(c->r, s, "alias '%s' stands for itself", s->text);
        return false;
    }
    /* The alias means the component, whatever is named like it here. */
    struct local *outer = c->locals;
    size_t operands = c->machine.operand_count;
    c->locals = NULL;
    c->machine.operand_count = 0;
    d->active = true;
    bool good = resolve_target(c, d->syntax->child[0], t);
    t->extends = good && d->syntax->child[1] != NULL && term_is_true(c, evaluate_bit(c, d->syntax->child[1]));
    d->active = false;
    c->machine.operand_count = operands;
    c->locals = outer;
    t->from_alias = true;
    return good;
}

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
    struct definition *d = find_definition(c, s->text);
    if (d != NULL && d->kind == DEFINES_ALIAS) {
        return resolve_alias(c, s, d, t);
    }
    t->component = component_of(c, s->text);
    if (t->component == NULL) {
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
    bool again = t->sliced && t->from_alias;
    unsigned width = again ? t->high - t->low + 1 : t->type->width;
    if ((t->sliced && !again) || t->type->kind != TYPE_BITS || t->type->token != 0 || low > high || high >= width) {
        report(c->r, s, "this is not a slice of %s", again ? type_text(c, bits_type(c, width)) : type_text(c, t->type));
        return false;
    }
    unsigned base = again ? t->low : 0;
    t->sliced = true;
    t->high = base + (unsigned)high;
    t->low = base + (unsigned)low;
    t->from_alias = false;
    t->extends = false;
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
    if (t->high + 1 < t->type->width && t->extends) {
        result = term_zero_extend(p, t->type->width, result);
    } else if (t->high + 1 < t->type->width) {
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

/* Stores the value, which has the type of the target. */
static void store_value(struct checker *c, const struct syntax *at, const struct target *t, const term *terms) {
    if (t->component != NULL && t->component->class == CLASS_MEMORY) {
        (void)memory_access(c, at, t->component, t->index);
    }
    if (t->sliced) {
        store(c, t, 0, with_slice(c, t, old_value(c, t), terms[0]));
        return;
    }
    for (unsigned i = 0; i < t->type->scalars; i++) {
        store(c, t, i, terms[i]);
    }
}

static const struct type *target_type(struct checker *c, const struct target *t) { return t->sliced ? bits_type(c, t->high - t->low + 1) : t->type; }

void assign(struct checker *c, const struct syntax *target, const struct syntax *expression) {
    struct target t = {0};
    if (!resolve_target(c, target, &t) || !whole_target(c, target, &t)) {
        return;
    }
    struct value v = evaluate_as(c, expression, target_type(c, &t));
    if (v.kind == VALUE_TYPED) {
        store_value(c, target, &t, v.terms);
    }
}

/* --- compute: every written operand and every target becomes an opaque function of all that is read --------------------------------------------- */

struct inputs {
    term terms[TERM_MAXIMUM_ARGUMENTS];
    unsigned count;
};

static bool add_inputs(struct checker *c, const struct syntax *at, struct inputs *inputs, const struct type *type, const term *terms) {
    for (unsigned i = 0; i < type->scalars; i++) {
        if (inputs->count >= TERM_MAXIMUM_ARGUMENTS) {
            report(c->r, at, "compute takes at most %u values, the fields of records counted one by one", TERM_MAXIMUM_ARGUMENTS);
            return false;
        }
        inputs->terms[inputs->count++] = terms[i];
    }
    return true;
}

static bool gather_inputs(struct checker *c, const struct syntax *s, struct inputs *inputs) {
    for (size_t i = 0; i < c->machine.operand_count; i++) {
        const struct symbolic_operand *o = &c->machine.operands[i];
        if ((o->direction & OPERAND_IN) != 0 && !add_inputs(c, s, inputs, o->type, o->current)) {
            return false;
        }
    }
    for (const struct syntax *a = s->child[0]; a != NULL; a = a->next) {
        struct value v = evaluate_expression(c, a->child[0], NULL);
        if (v.kind == VALUE_NUMBER) {
            report(c->r, a, "an argument of compute needs a width");
        }
        if (v.kind != VALUE_TYPED || !add_inputs(c, a, inputs, v.type, v.terms)) {
            return false;
        }
    }
    return true;
}

static void compute_into(struct checker *c, const struct syntax *at, const struct target *t, const struct inputs *inputs, unsigned *number) {
    const struct type *type = target_type(c, t);
    term *terms = arena_allocate(c->arena, (type->scalars + 1u) * sizeof *terms);
    for (unsigned i = 0; i < type->scalars; i++) {
        unsigned width = t->sliced ? type->width
                                   : term_width(c->pool, old_value(c, &(struct target){.component = t->component,
                                                                                       .operand = t->operand,
                                                                                       .index_syntax = t->index_syntax,
                                                                                       .index = t->index,
                                                                                       .first = t->first + i,
                                                                                       .type = t->type}));
        terms[i] = apply_opaque(c, arena_format(c->arena, "compute.%u", (*number)++), width, inputs->terms, inputs->count);
    }
    store_value(c, at, t, terms);
}

void execute_compute(struct checker *c, const struct syntax *s) {
    struct inputs inputs = {.count = 0};
    unsigned number = 0;
    if (!gather_inputs(c, s, &inputs)) {
        return;
    }
    for (size_t i = 0; i < c->machine.operand_count; i++) {
        struct symbolic_operand *o = &c->machine.operands[i];
        if ((o->direction & OPERAND_OUT) != 0) {
            struct target t = {.operand = o, .type = o->type};
            compute_into(c, s, &t, &inputs, &number);
        }
    }
    for (const struct syntax *target = s->child[1]; target != NULL; target = target->next) {
        struct target t = {0};
        if (resolve_target(c, target, &t) && whole_target(c, target, &t)) {
            compute_into(c, target, &t, &inputs, &number);
        }
    }
}
