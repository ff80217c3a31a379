/* Names, fields, elements, slices, and the relocated memory. */
#include "elaborate.h"

#include <string.h>

static struct value component_value(struct checker *c, const struct component *component) {
    struct value v = typed(c, component->type, &c->machine.scalars[component->first_leaf]);
    return v;
}

struct value evaluate_name(struct checker *c, const struct syntax *s) {
    for (const struct local *l = c->locals; l != NULL; l = l->outer) {
        if (strcmp(l->name, s->text) == 0) {
            return l->value;
        }
    }
    for (size_t i = 0; i < c->machine.operand_count; i++) {
        if (strcmp(c->machine.operands[i].name, s->text) == 0) {
            return typed(c, c->machine.operands[i].type, c->machine.operands[i].current);
        }
    }
    for (const struct local *l = c->mode_constants == NULL ? NULL : c->mode_constants[c->mode]; l != NULL; l = l->outer) {
        if (strcmp(l->name, s->text) == 0) {
            return l->value;
        }
    }
    struct definition *d = find_definition(c, s->text);
    if (d == NULL && strcmp(s->text, "length") == 0) {
        return scalar(c, term_apply(c->pool, c->length, NULL, 0));
    }
    if (d == NULL) {
        report(c->r, s, "there is nothing named '%s' here", s->text);
        return error_value();
    }
    if (d->kind == DEFINES_ALIAS) {
        if (d->active) {
            report(c->r, s, "alias '%s' stands for itself", s->text);
            return error_value();
        }
        d->active = true;
        struct value v = evaluate_expression(c, d->syntax->child[0], NULL);
        d->active = false;
        return v;
    }
    if (d->kind == DEFINES_VALUE) {
        term t = term_constant(c->pool, d->type->width, d->number);
        return typed(c, d->type, &t);
    }
    if (d->kind == DEFINES_COMPONENT) {
        const struct component *component = &c->components[d->number];
        if (component->index_width != 0) {
            report(c->r, s, "'%s' is an array; say which element: %s[...]", s->text, s->text);
            return error_value();
        }
        return component_value(c, component);
    }
    if (d->kind == DEFINES_CONSTANT) {
        word128 number = 0;
        if (d->active) {
            report(c->r, s, "constant '%s' depends on itself", s->text);
            return error_value();
        }
        d->active = true;
        bool good = constant_number(c, d->syntax->child[0], &number);
        d->active = false;
        return good ? (struct value){VALUE_NUMBER, NULL, NULL, number} : error_value();
    }
    if (d->kind != DEFINES_NOTHING) {
        report(c->r, s, "'%s' is not a value", s->text);
    }
    return error_value();
}

/* An array as it stands: what was written last to this index, else the element before the instruction. */
term read_array(struct checker *c, unsigned leaf, term index) {
    if (c->each_array != NULL && index == c->each_index && strcmp(c->each_array, c->leaves[leaf].name) == 0) {
        return c->each_element;
    }
    term value = term_apply(c->pool, c->leaves[leaf].symbol, &index, 1);
    for (size_t i = 0; i < c->machine.write_count; i++) {
        const struct array_write *w = &c->machine.writes[i];
        if (w->leaf == leaf) {
            term hit = term_and(c->pool, w->guard, term_equal(c->pool, w->index, index));
            value = term_if(c->pool, hit, w->value, value);
        }
    }
    return value;
}

/* The place and the condition of an access, in the machine as it stands. */
static bool translation(struct checker *c, const struct component *component, term index, term *place, term *condition) {
    struct local *outer = c->locals;
    c->locals = NULL;
    bind_local(c, "address", scalar(c, index));
    struct value at = evaluate_expression(c, component->at_expression, NULL);
    *condition = evaluate_bit(c, component->when_expression);
    c->locals = outer;
    *place = at.kind == VALUE_TYPED ? at.terms[0] : TERM_NONE;
    return at.kind == VALUE_TYPED;
}

term memory_access(struct checker *c, const struct syntax *at, const struct component *component, term index) {
    term place = 0;
    term condition = 0;
    term first_place = 0;
    term first_condition = 0;
    term *now = c->machine.scalars;
    size_t operands = c->machine.operand_count;
    if (c->depth > 60) {
        report(c->r, at, "the condition of a memory cannot use the memory itself");
        return term_false(c->pool);
    }
    c->depth += 30;
    c->machine.operand_count = 0;
    bool good = translation(c, component, index, &place, &condition);
    c->machine.scalars = c->initial;
    good = good && translation(c, component, index, &first_place, &first_condition);
    c->machine.scalars = now;
    c->machine.operand_count = operands;
    c->depth -= 30;
    if (good && (place != first_place || condition != first_condition)) {
        report(c->r, at, "memory is accessed after what relocates it was changed; do the access first");
    }
    term reached = term_and(c->pool, c->machine.path, term_not(c->pool, c->machine.stopped));
    term fault = term_and(c->pool, reached, term_not(c->pool, condition));
    c->machine.memory_trap = term_or(c->pool, c->machine.memory_trap, fault);
    c->machine.stopped = term_or(c->pool, c->machine.stopped, fault);
    return condition;
}

void describe_memories(struct checker *c) {
    for (size_t i = 0; i < c->component_count && c->r->message_count == 0; i++) {
        const struct component *component = &c->components[i];
        if (component->class == CLASS_MEMORY) {
            struct leaf *leaf = &c->leaves[component->first_leaf];
            machine_reset(c);
            leaf->address = term_symbol(c->pool, arena_format(c->arena, "address of %s", leaf->name), leaf->index_width, NULL, 0);
            (void)translation(c, component, term_apply(c->pool, leaf->address, NULL, 0), &leaf->place, &leaf->reach);
        }
    }
}

static struct value element_value(struct checker *c, const struct syntax *s, const struct component *component) {
    term terms[256];
    struct value index = evaluate_as(c, s->child[1], bits_type(c, component->index_width));
    if (index.kind != VALUE_TYPED) {
        return error_value();
    }
    if (component->class == CLASS_MEMORY) {
        (void)memory_access(c, s, component, index.terms[0]);
    }
    for (unsigned i = 0; i < component->type->scalars; i++) {
        terms[i] = read_array(c, component->first_leaf + i, index.terms[0]);
    }
    return typed(c, component->type, terms);
}

static bool is_shadowed_name(struct checker *c, const char *name) {
    for (const struct local *l = c->locals; l != NULL; l = l->outer) {
        if (strcmp(l->name, name) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < c->machine.operand_count; i++) {
        if (strcmp(c->machine.operands[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static struct value bits_only(struct checker *c, const struct syntax *s, struct value v) {
    if (v.kind == VALUE_ERROR) {
        return v;
    }
    if (v.kind == VALUE_TYPED && v.type->token != 0) {
        report(c->r, s, "an operand of more than %u bits can only be copied and computed with", TERM_MAXIMUM_WIDTH);
        return error_value();
    }
    if (v.kind != VALUE_TYPED || v.type->kind == TYPE_RECORD) {
        report(c->r, s, "only bits have slices; a record is converted with `as bits(N)`");
        return error_value();
    }
    return v;
}

static struct value slice_value(struct checker *c, const struct syntax *s) {
    word128 high = s->number;
    word128 low = s->number_width;
    struct value v = bits_only(c, s, evaluate_expression(c, s->child[0], NULL));
    if (v.kind == VALUE_ERROR || (s->child[1] != NULL && (!constant_number(c, s->child[1], &high) || !constant_number(c, s->child[2], &low)))) {
        return error_value();
    }
    if (low > high || high >= v.type->width) {
        report(c->r, s, "a slice of %u bits is [HIGH:LOW] with %u >= HIGH >= LOW", v.type->width, v.type->width - 1);
        return error_value();
    }
    return scalar(c, term_extract(c->pool, (unsigned)high, (unsigned)low, v.terms[0]));
}

static struct value bit_value(struct checker *c, const struct syntax *s) {
    struct term_pool *p = c->pool;
    struct value v = bits_only(c, s, evaluate_expression(c, s->child[0], NULL));
    struct value i = evaluate_expression(c, s->child[1], NULL);
    if (v.kind == VALUE_ERROR || i.kind == VALUE_ERROR) {
        return error_value();
    }
    word128 at = i.number;
    bool constant = i.kind == VALUE_NUMBER || (i.kind == VALUE_TYPED && i.type->kind == TYPE_BITS && term_is_constant(p, i.terms[0], &at));
    if (constant) {
        if (at >= v.type->width) {
            report(c->r, s, "there is no such bit: this has %u bits", v.type->width);
            return error_value();
        }
        return scalar(c, term_extract(p, (unsigned)at, (unsigned)at, v.terms[0]));
    }
    if (i.kind != VALUE_TYPED || i.type->kind != TYPE_BITS) {
        report(c->r, s, "the number of a bit is bits");
        return error_value();
    }
    unsigned width = v.type->width > i.type->width ? v.type->width : i.type->width;
    term shifted = term_binary(p, TERM_SHIFT_RIGHT, term_zero_extend(p, width, v.terms[0]), term_zero_extend(p, width, i.terms[0]));
    return scalar(c, term_extract(p, 0, 0, shifted));
}

struct value evaluate_index(struct checker *c, const struct syntax *s) {
    if (s->kind == SYNTAX_SLICE) {
        return slice_value(c, s);
    }
    if (s->kind == SYNTAX_INDEX) {
        const struct syntax *base = s->child[0];
        const struct component *component = base->kind == SYNTAX_NAME && !is_shadowed_name(c, base->text) ? component_of(c, base->text) : NULL;
        return component != NULL && component->index_width != 0 ? element_value(c, s, component) : bit_value(c, s);
    }
    struct value v = evaluate_expression(c, s->child[0], NULL);
    if (v.kind == VALUE_ERROR) {
        return v;
    }
    const struct field *field = v.kind == VALUE_TYPED && v.type->kind == TYPE_RECORD ? find_field(v.type, s->text) : NULL;
    if (field == NULL) {
        report(c->r, s, "%s has no field '%s'", v.kind == VALUE_TYPED ? type_text(c, v.type) : "a number", s->text);
        return error_value();
    }
    return typed(c, field->type, v.terms + field->first);
}
