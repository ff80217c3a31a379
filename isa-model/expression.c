/* Expressions: from syntax to terms, with their types. */
#include "elaborate.h"

#include "parser.h"

#define MAXIMUM_STEPS 5000000ul

bool spend(struct checker *c, const struct syntax *at) {
    if (c->steps > MAXIMUM_STEPS) {
        return false;
    }
    c->steps++;
    if (c->steps > MAXIMUM_STEPS || term_pool_failed(c->pool)) {
        c->steps = MAXIMUM_STEPS + 1;
        report(c->r, at, "the description is too large once its functions are expanded");
        return false;
    }
    return true;
}

struct value evaluate_as(struct checker *c, const struct syntax *s, const struct type *type) {
    return convert(c, s, evaluate_expression(c, s, type), type);
}

term evaluate_bit(struct checker *c, const struct syntax *s) {
    struct value v = evaluate_as(c, s, bits_type(c, 1));
    return v.kind == VALUE_TYPED ? v.terms[0] : term_false(c->pool);
}

bool constant_number(struct checker *c, const struct syntax *s, word128 *value) {
    struct value v = evaluate_expression(c, s, NULL);
    if (v.kind == VALUE_NUMBER) {
        *value = v.number;
        return true;
    }
    if (v.kind == VALUE_TYPED && v.type->kind == TYPE_BITS && term_is_constant(c->pool, v.terms[0], value)) {
        return true;
    }
    if (v.kind != VALUE_ERROR) {
        report(c->r, s, "a constant is wanted here");
    }
    return false;
}

/* Both branches of a choice, each under its condition, so that a memory access in one traps only there. */
static struct value evaluate_choice(struct checker *c, const struct syntax *at, term condition, const struct syntax *yes, const struct syntax *no,
                                    const struct type *expected, struct value *other) {
    term path = c->machine.path;
    c->machine.path = term_and(c->pool, path, condition);
    struct value a = evaluate_expression(c, yes, expected);
    c->machine.path = term_and(c->pool, path, term_not(c->pool, condition));
    struct value b = other != NULL ? *other : evaluate_expression(c, no, expected);
    c->machine.path = path;
    if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER && expected == NULL && a.number == b.number) {
        return a;
    }
    struct syntax pair = *at;
    pair.child[0] = (struct syntax *)(uintptr_t)yes;
    pair.child[1] = (struct syntax *)(uintptr_t)(no == NULL ? yes : no);
    if (a.kind == VALUE_ERROR || b.kind == VALUE_ERROR || !unify(c, &pair, expected, &a, &b)) {
        return error_value();
    }
    return choose(c, condition, a, b);
}

static struct value evaluate_if(struct checker *c, const struct syntax *s, const struct type *expected) {
    term condition = evaluate_bit(c, s->child[0]);
    word128 constant = 0;
    if (term_is_constant(c->pool, condition, &constant)) {
        return evaluate_expression(c, s->child[constant != 0 ? 1 : 2], expected);
    }
    return evaluate_choice(c, s, condition, s->child[1], s->child[2], expected, NULL);
}

static struct value evaluate_cases(struct checker *c, const struct syntax *s, const struct syntax *one, struct value subject,
                                   const struct type *expected) {
    if (one->child[0] == NULL || one->next == NULL) {
        return evaluate_expression(c, one->child[1], expected);
    }
    struct value condition = cases_condition(c, one->child[0], subject);
    word128 constant = 0;
    if (condition.kind != VALUE_TYPED) {
        return error_value();
    }
    if (term_is_constant(c->pool, condition.terms[0], &constant)) {
        return constant != 0 ? evaluate_expression(c, one->child[1], expected) : evaluate_cases(c, s, one->next, subject, expected);
    }
    term path = c->machine.path;
    c->machine.path = term_and(c->pool, path, term_not(c->pool, condition.terms[0]));
    struct value rest = evaluate_cases(c, s, one->next, subject, expected);
    c->machine.path = path;
    return evaluate_choice(c, s, condition.terms[0], one->child[1], NULL, expected, &rest);
}

static struct value evaluate_let(struct checker *c, const struct syntax *s, const struct type *expected) {
    struct local *outer = c->locals;
    bind_local(c, s->text, evaluate_expression(c, s->child[0], NULL));
    struct value result = evaluate_expression(c, s->child[1], expected);
    c->locals = outer;
    return result;
}

static struct value evaluate_record(struct checker *c, const struct syntax *s, const struct type *expected) {
    term terms[256];
    bool given[256] = {false};
    if (expected == NULL || expected->kind != TYPE_RECORD) {
        report(c->r, s, "it is not known which record this is");
        return error_value();
    }
    bool good = true;
    for (const struct syntax *f = s->child[0]; f != NULL; f = f->next) {
        const struct field *field = find_field(expected, f->text);
        if (field == NULL || given[field->first]) {
            report(c->r, f, field == NULL ? "%s has no field '%s'" : "in %s, field '%s' is given twice", type_text(c, expected), f->text);
            good = false;
            continue;
        }
        struct value v = evaluate_as(c, f->child[0], field->type);
        given[field->first] = true;
        good = good && v.kind == VALUE_TYPED;
        for (unsigned i = 0; v.kind == VALUE_TYPED && i < field->type->scalars; i++) {
            terms[field->first + i] = v.terms[i];
        }
    }
    for (size_t i = 0; i < expected->field_count; i++) {
        if (!given[expected->fields[i].first]) {
            report(c->r, s, "field '%s' of %s is missing", expected->fields[i].name, type_text(c, expected));
            good = false;
        }
    }
    return good ? typed(c, expected, terms) : error_value();
}

static struct value evaluate_conversion(struct checker *c, const struct syntax *s) {
    const struct type *type = resolve_type(c, s->child[1]);
    struct value v = evaluate_expression(c, s->child[0], type != NULL && type->kind == TYPE_BITS ? type : NULL);
    term terms[256];
    if (type == NULL || v.kind == VALUE_ERROR) {
        return error_value();
    }
    if (v.kind == VALUE_NUMBER) {
        v = convert(c, s->child[0], v, bits_type(c, type->width > TERM_MAXIMUM_WIDTH ? 1 : type->width));
    }
    if (v.kind != VALUE_TYPED || v.type->width != type->width || type->width > TERM_MAXIMUM_WIDTH) {
        report(c->r, s, "`as` wants equal widths: this has %u bits, %s has %u", v.kind == VALUE_TYPED ? v.type->width : 0, type_text(c, type),
               type->width);
        return error_value();
    }
    unpack(c, type, pack(c, v.type, v.terms), terms);
    return typed(c, type, terms);
}

struct value evaluate_expression(struct checker *c, const struct syntax *s, const struct type *expected) {
    if (!spend(c, s)) {
        return error_value();
    }
    switch (s->kind) {
    case SYNTAX_NUMBER:
        return s->number_width == 0 ? number_value(s->number) : scalar(c, term_constant(c->pool, s->number_width, s->number));
    case SYNTAX_UNDEFINED:
        return (struct value){VALUE_UNDEFINED, NULL, NULL, 0};
    case SYNTAX_NAME:
        return evaluate_name(c, s);
    case SYNTAX_FIELD:
    case SYNTAX_INDEX:
    case SYNTAX_SLICE:
        return evaluate_index(c, s);
    case SYNTAX_CALL:
        return evaluate_call(c, s, expected);
    case SYNTAX_AS:
        return evaluate_conversion(c, s);
    case SYNTAX_UNARY:
        return evaluate_unary(c, s, expected);
    case SYNTAX_BINARY:
        return evaluate_binary(c, s, expected);
    case SYNTAX_IF_EXPRESSION:
        return evaluate_if(c, s, expected);
    case SYNTAX_LET_EXPRESSION:
        return evaluate_let(c, s, expected);
    case SYNTAX_RECORD_VALUE:
        return evaluate_record(c, s, expected);
    case SYNTAX_MATCH_EXPRESSION: {
        struct value subject = evaluate_expression(c, s->child[0], NULL);
        struct value check = cases_condition(c, s, subject);
        return check.kind == VALUE_ERROR ? check : evaluate_cases(c, s, s->child[1], subject, expected);
    }
    default:
        report(c->r, s, "an expression is wanted here");
        return error_value();
    }
}
