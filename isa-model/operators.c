/* Operators: of numbers, of bits whose width is known, and of both together. */
#include "elaborate.h"

#include "parser.h"

/* Gives both values one type: a number or `undefined` takes that of its neighbour. */
bool unify(struct checker *c, const struct syntax *s, const struct type *expected, struct value *a, struct value *b) {
    if (a->kind == VALUE_TYPED && b->kind != VALUE_TYPED) {
        *b = convert(c, s->child[1], *b, a->type);
    } else if (b->kind == VALUE_TYPED && a->kind != VALUE_TYPED) {
        *a = convert(c, s->child[0], *a, b->type);
    } else if (a->kind != VALUE_TYPED && expected != NULL) {
        *a = convert(c, s, *a, expected);
        *b = convert(c, s, *b, expected);
    }
    if (a->kind == VALUE_ERROR || b->kind == VALUE_ERROR) {
        return false;
    }
    if (a->kind != VALUE_TYPED || b->kind != VALUE_TYPED) {
        report(c->r, s, "the width cannot be told from here; write it as WIDTH'NUMBER");
        return false;
    }
    *b = convert(c, s, *b, a->type);
    return b->kind == VALUE_TYPED;
}

struct value number_value(word128 number) {
    return (struct value){VALUE_NUMBER, NULL, NULL, number};
}

static bool is_comparison(int operation) {
    return operation == EQUAL || operation == UNEQUAL || operation == '<' || operation == '>' || operation == AT_MOST || operation == AT_LEAST;
}

static struct value compute_numbers(struct checker *c, const struct syntax *s, word128 a, word128 b) {
    switch (s->operation) {
    case '+':
        return number_value(a + b);
    case '-':
        return number_value(a - b);
    case '*':
        return number_value(a * b);
    case '|':
        return number_value(a | b);
    case '&':
        return number_value(a & b);
    case '^':
        return number_value(a ^ b);
    case SHIFT_LEFT:
        return number_value(b > 127 ? 0 : a << (unsigned)b);
    case SHIFT_RIGHT:
        return number_value(b > 127 ? 0 : a >> (unsigned)b);
    case EQUAL:
        return scalar(c, term_constant(c->pool, 1, a == b));
    case UNEQUAL:
        return scalar(c, term_constant(c->pool, 1, a != b));
    case '<':
        return scalar(c, term_constant(c->pool, 1, a < b));
    case '>':
        return scalar(c, term_constant(c->pool, 1, a > b));
    case AT_MOST:
        return scalar(c, term_constant(c->pool, 1, a <= b));
    default:
        return scalar(c, term_constant(c->pool, 1, a >= b));
    }
}

static term compare(struct checker *c, int operation, const struct value *a, const struct value *b) {
    struct term_pool *p = c->pool;
    if (operation == EQUAL || operation == UNEQUAL) {
        term equal = term_true(p);
        for (unsigned i = 0; i < a->type->scalars; i++) {
            equal = term_and(p, equal, term_equal(p, a->terms[i], b->terms[i]));
        }
        return operation == EQUAL ? equal : term_not(p, equal);
    }
    switch (operation) {
    case '<':
        return term_less(p, a->terms[0], b->terms[0]);
    case '>':
        return term_less(p, b->terms[0], a->terms[0]);
    case AT_MOST:
        return term_not(p, term_less(p, b->terms[0], a->terms[0]));
    default:
        return term_not(p, term_less(p, a->terms[0], b->terms[0]));
    }
}

static enum term_operator arithmetic(int operation) {
    switch (operation) {
    case '+':
        return TERM_ADD;
    case '-':
        return TERM_SUBTRACT;
    case '*':
        return TERM_MULTIPLY;
    case '|':
    case OR:
        return TERM_OR;
    case '&':
    case AND:
        return TERM_AND;
    default:
        return TERM_XOR;
    }
}

/* Shifts by an amount of any width: both are widened, and the result is cut. */
static struct value shift(struct checker *c, const struct syntax *s, struct value a, struct value b) {
    struct term_pool *p = c->pool;
    if (a.kind != VALUE_TYPED || a.type->kind != TYPE_BITS) {
        report(c->r, s, "what is shifted needs a width");
        return error_value();
    }
    if (b.kind == VALUE_NUMBER) {
        b = convert(c, s->child[1], b, bits_type(c, 16));
    }
    if (b.kind != VALUE_TYPED || b.type->kind != TYPE_BITS) {
        return error_value();
    }
    unsigned width = a.type->width > b.type->width ? a.type->width : b.type->width;
    term value = term_zero_extend(p, width, a.terms[0]);
    term amount = term_zero_extend(p, width, b.terms[0]);
    term shifted = term_binary(p, s->operation == SHIFT_LEFT ? TERM_SHIFT_LEFT : TERM_SHIFT_RIGHT, value, amount);
    return scalar(c, term_extract(p, a.type->width - 1, 0, shifted));
}

static struct value concatenate(struct checker *c, const struct syntax *s, struct value a, struct value b) {
    a = a.kind == VALUE_NUMBER ? convert(c, s->child[0], a, bits_type(c, 1)) : a;
    b = b.kind == VALUE_NUMBER ? convert(c, s->child[1], b, bits_type(c, 1)) : b;
    if (a.kind == VALUE_ERROR || b.kind == VALUE_ERROR) {
        return error_value();
    }
    if (a.kind != VALUE_TYPED || b.kind != VALUE_TYPED || a.type->kind == TYPE_RECORD || b.type->kind == TYPE_RECORD) {
        report(c->r, s, "only bits can be concatenated; a record is converted with `as bits(N)`");
        return error_value();
    }
    if (a.type->width + b.type->width > TERM_MAXIMUM_WIDTH) {
        report(c->r, s, "the result is wider than %u bits", TERM_MAXIMUM_WIDTH);
        return error_value();
    }
    return scalar(c, term_concatenate(c->pool, a.terms[0], b.terms[0]));
}

struct value evaluate_binary(struct checker *c, const struct syntax *s, const struct type *expected) {
    bool truth = s->operation == OR || s->operation == AND;
    bool shapes = s->operation == CONCATENATE || s->operation == SHIFT_LEFT || s->operation == SHIFT_RIGHT || is_comparison(s->operation);
    const struct type *wanted = truth ? bits_type(c, 1) : shapes ? NULL : expected;
    struct value a = evaluate_expression(c, s->child[0], wanted);
    struct value b = evaluate_expression(c, s->child[1], wanted);
    if (a.kind == VALUE_ERROR || b.kind == VALUE_ERROR) {
        return error_value();
    }
    if (s->operation == CONCATENATE) {
        return concatenate(c, s, a, b);
    }
    if (!truth && a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER) {
        return compute_numbers(c, s, a.number, b.number);
    }
    if (s->operation == SHIFT_LEFT || s->operation == SHIFT_RIGHT) {
        a = a.kind == VALUE_NUMBER && expected != NULL ? convert(c, s, a, expected) : a;
        return shift(c, s, a, b);
    }
    if (!unify(c, s, wanted, &a, &b)) {
        return error_value();
    }
    if (is_comparison(s->operation)) {
        if (a.type->kind == TYPE_RECORD && s->operation != EQUAL && s->operation != UNEQUAL) {
            report(c->r, s, "records have no order");
            return error_value();
        }
        return scalar(c, compare(c, s->operation, &a, &b));
    }
    if (a.type->kind != TYPE_BITS || (truth && a.type->width != 1)) {
        report(c->r, s, "this operator wants %s, not %s", truth ? "bit" : "bits", type_text(c, a.type));
        return error_value();
    }
    return scalar(c, term_binary(c->pool, arithmetic(s->operation), a.terms[0], b.terms[0]));
}

struct value evaluate_unary(struct checker *c, const struct syntax *s, const struct type *expected) {
    const struct type *wanted = s->operation == NOT ? bits_type(c, 1) : expected;
    struct value a = evaluate_expression(c, s->child[0], wanted);
    if (a.kind == VALUE_NUMBER && wanted != NULL) {
        a = convert(c, s->child[0], a, wanted);
    }
    if (a.kind == VALUE_ERROR) {
        return a;
    }
    if (a.kind != VALUE_TYPED || a.type->kind != TYPE_BITS || (s->operation == NOT && a.type->width != 1)) {
        report(c->r, s, s->operation == NOT ? "`not` wants a bit" : "this operator wants bits of a known width");
        return error_value();
    }
    if (s->operation == '-') {
        return scalar(c, term_binary(c->pool, TERM_SUBTRACT, term_constant(c->pool, a.type->width, 0), a.terms[0]));
    }
    return scalar(c, term_not(c->pool, a.terms[0]));
}
