/* Calls: built-in functions, opaque functions, functions of the description; and the patterns of `match`. */
#include "elaborate.h"

#include <string.h>

#define MAXIMUM_CALLS 60u

void bind_local(struct checker *c, const char *name, struct value value) {
    struct local *local = arena_allocate(c->arena, sizeof *local);
    *local = (struct local){name, value, c->locals};
    c->locals = local;
}

static size_t list_length(const struct syntax *s) {
    size_t count = 0;
    for (; s != NULL; s = s->next) {
        count++;
    }
    return count;
}

bool bind_arguments(struct checker *c, const struct syntax *at, const struct syntax *parameters, const struct syntax *arguments,
                    struct local **locals) {
    size_t wanted = list_length(parameters);
    size_t given = list_length(arguments);
    bool good = true;
    *locals = NULL;
    if (wanted != given) {
        report(c->r, at, "%zu arguments are wanted, %zu are given", wanted, given);
        return false;
    }
    for (; parameters != NULL; parameters = parameters->next, arguments = arguments->next) {
        struct value v = evaluate_as(c, arguments->child[0], resolve_type(c, parameters->child[0]));
        struct local *local = arena_allocate(c->arena, sizeof *local);
        *local = (struct local){parameters->text, v, *locals};
        *locals = local;
        good = good && v.kind == VALUE_TYPED;
    }
    return good;
}

static struct value bits_argument(struct checker *c, const struct syntax *argument, const struct type *expected) {
    struct value v = evaluate_expression(c, argument->child[0], expected);
    if (v.kind == VALUE_NUMBER && expected != NULL) {
        v = convert(c, argument, v, expected);
    }
    if (v.kind != VALUE_ERROR && (v.kind != VALUE_TYPED || v.type->kind == TYPE_RECORD)) {
        report(c->r, argument, "bits of a known width are wanted here");
        return error_value();
    }
    return v;
}

static struct value resize(struct checker *c, const struct syntax *s, const struct syntax *arguments) {
    struct value v = bits_argument(c, arguments, NULL);
    word128 width = 0;
    if (v.kind == VALUE_ERROR || !constant_number(c, arguments->next->child[0], &width)) {
        return error_value();
    }
    bool narrower = strcmp(s->text, "truncate") == 0;
    if (width == 0 || width > TERM_MAXIMUM_WIDTH || (narrower ? width > v.type->width : width < v.type->width)) {
        report(c->r, s, "%s from %u bits to %u", narrower ? "cannot truncate" : "cannot extend", v.type->width,
               (unsigned)(width > 9999 ? 9999 : width));
        return error_value();
    }
    if (narrower) {
        return scalar(c, term_extract(c->pool, (unsigned)width - 1, 0, v.terms[0]));
    }
    return scalar(c, s->text[0] == 'z' ? term_zero_extend(c->pool, (unsigned)width, v.terms[0])
                                       : term_sign_extend(c->pool, (unsigned)width, v.terms[0]));
}

static struct value two_bits(struct checker *c, const struct syntax *s, const struct syntax *arguments, const struct type *expected) {
    struct value a = bits_argument(c, arguments, strcmp(s->text, "signed_less") == 0 ? NULL : expected);
    struct value b = a.kind == VALUE_TYPED ? bits_argument(c, arguments->next, a.type) : error_value();
    if (b.kind == VALUE_TYPED) {
        b = convert(c, arguments->next, b, a.type);
    }
    if (b.kind != VALUE_TYPED) {
        return error_value();
    }
    if (s->text[0] == 's') {
        return scalar(c, term_binary(c->pool, TERM_SIGNED_LESS, a.terms[0], b.terms[0]));
    }
    term less = term_less(c->pool, a.terms[0], b.terms[0]);
    bool smaller = strcmp(s->text, "min") == 0;
    return scalar(c, smaller ? term_if(c->pool, less, a.terms[0], b.terms[0]) : term_if(c->pool, less, b.terms[0], a.terms[0]));
}

/* The widths are part of the symbol's name, so that one name may serve several forms. */
term apply_opaque(struct checker *c, const char *name, unsigned width, const term *terms, unsigned count) {
    unsigned widths[TERM_MAXIMUM_ARGUMENTS];
    const char *full = arena_format(c->arena, "opaque'%.60s:%u", name, width);
    for (unsigned i = 0; i < count; i++) {
        widths[i] = term_width(c->pool, terms[i]);
        full = arena_format(c->arena, "%s,%u", full, widths[i]);
    }
    size_t known = term_symbol_count(c->pool);
    symbol function = term_symbol(c->pool, full, width, widths, count);
    if (term_symbol_count(c->pool) > known) {
        size_t at = APPEND(c, c->opaque, c->opaque_count, c->opaque_capacity);
        c->opaque[at] = function;
    }
    return term_apply(c->pool, function, terms, count);
}

static struct value opaque_call(struct checker *c, const struct syntax *s, const struct syntax *arguments) {
    term terms[TERM_MAXIMUM_ARGUMENTS];
    unsigned count = 0;
    word128 width = 0;
    if (arguments == NULL || arguments->next == NULL || arguments->child[0]->kind != SYNTAX_STRING) {
        report(c->r, s, "opaque(\"name\", WIDTH, value, ...) is wanted");
        return error_value();
    }
    if (!constant_number(c, arguments->next->child[0], &width)) {
        return error_value();
    }
    if (width == 0 || width > 65536) {
        report(c->r, s, "a width is 1 to %u bits, or up to 65536 for an operand that is a token", TERM_MAXIMUM_WIDTH);
        return error_value();
    }
    for (const struct syntax *a = arguments->next->next; a != NULL; a = a->next) {
        struct value v = evaluate_expression(c, a->child[0], NULL);
        if (v.kind != VALUE_TYPED) {
            if (v.kind != VALUE_ERROR) {
                report(c->r, a, "an argument of opaque needs a width");
            }
            return error_value();
        }
        for (unsigned i = 0; i < v.type->scalars; i++) {
            if (count >= TERM_MAXIMUM_ARGUMENTS) {
                report(c->r, s, "opaque takes at most %u values, the fields of records counted one by one", TERM_MAXIMUM_ARGUMENTS);
                return error_value();
            }
            terms[count++] = v.terms[i];
        }
    }
    if (width > TERM_MAXIMUM_WIDTH) {
        term token = apply_opaque(c, arguments->child[0]->text, TERM_MAXIMUM_WIDTH, terms, count);
        return typed(c, token_type(c, (unsigned)width), &token);
    }
    return scalar(c, apply_opaque(c, arguments->child[0]->text, (unsigned)width, terms, count));
}

static bool built_in(struct checker *c, const struct syntax *s, const struct type *expected, struct value *result) {
    static const struct {
        const char *name;
        size_t arguments;
    } names[] = {
        {"zero_extend", 2}, {"sign_extend", 2}, {"truncate", 2}, {"signed_less", 2}, {"min", 2}, {"max", 2}, {"next_counter", 0}, {"opaque", 0},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, s->text) != 0) {
            continue;
        }
        size_t given = list_length(s->child[0]);
        if (i < 7 && given != names[i].arguments) {
            report(c->r, s, "%s takes %zu arguments, %zu are given", s->text, names[i].arguments, given);
            *result = error_value();
        } else if (i < 3) {
            *result = resize(c, s, s->child[0]);
        } else if (i < 6) {
            *result = two_bits(c, s, s->child[0], expected);
        } else if (i == 6) {
            *result = scalar(c, c->machine.next_counter);
        } else {
            *result = opaque_call(c, s, s->child[0]);
        }
        return true;
    }
    return false;
}

struct value evaluate_call(struct checker *c, const struct syntax *s, const struct type *expected) {
    struct value result = error_value();
    struct local *locals = NULL;
    if (built_in(c, s, expected, &result)) {
        return result;
    }
    struct definition *d = find_definition(c, s->text);
    if (d == NULL || d->kind != DEFINES_FUNCTION) {
        report(c->r, s, d != NULL && d->kind == DEFINES_PROCEDURE ? "'%s' is a procedure: it gives no value" : "there is no function '%s'", s->text);
        return result;
    }
    if (d->active || c->depth > MAXIMUM_CALLS) {
        report(c->r, s, "'%s' calls itself; functions cannot be recursive", s->text);
        return result;
    }
    if (!bind_arguments(c, s, d->syntax->child[0], s->child[0], &locals)) {
        return result;
    }
    struct local *outer = c->locals;
    size_t operands = c->machine.operand_count;
    c->locals = locals;
    c->machine.operand_count = 0;
    c->depth++;
    d->active = true;
    d->used = true;
    result = evaluate_as(c, d->syntax->child[2], resolve_type(c, d->syntax->child[1]));
    d->active = false;
    c->depth--;
    c->machine.operand_count = operands;
    c->locals = outer;
    return result;
}

/* True when some pattern of the case equals the subject. */
static struct value one_of(struct checker *c, const struct syntax *patterns, struct value subject) {
    term hit = term_false(c->pool);
    for (const struct syntax *p = patterns; p != NULL; p = p->next) {
        struct value v = evaluate_as(c, p, subject.type);
        if (v.kind != VALUE_TYPED) {
            return error_value();
        }
        hit = term_or(c->pool, hit, term_equal(c->pool, v.terms[0], subject.terms[0]));
    }
    return scalar(c, hit);
}

/* Every value is in some case, or there is `else`, which comes last. */
static bool covers(struct checker *c, const struct syntax *match, struct value subject) {
    bool seen[256] = {false};
    for (const struct syntax *one = match->child[1]; one != NULL; one = one->next) {
        if (one->child[0] == NULL) {
            if (one->next != NULL) {
                report(c->r, one->next, "a case after `else` is never reached");
                return false;
            }
            return true;
        }
        for (const struct syntax *p = one->child[0]; p != NULL; p = p->next) {
            struct value v = evaluate_as(c, p, subject.type);
            word128 number = 0;
            if (v.kind == VALUE_TYPED && term_is_constant(c->pool, v.terms[0], &number) && number < 256) {
                if (seen[(size_t)number]) {
                    report(c->r, p, "this value is in an earlier case");
                    return false;
                }
                seen[(size_t)number] = true;
            }
        }
    }
    unsigned count = subject.type->kind == TYPE_ENUMERATION ? subject.type->value_count : subject.type->width <= 8 ? 1u << subject.type->width : 257;
    for (unsigned i = 0; i < count; i++) {
        bool real = subject.type->kind != TYPE_ENUMERATION || subject.type->value_names[i] != NULL;
        if (i >= 256 || (real && !seen[i])) {
            report(c->r, match, "the match leaves a value out and has no `else`");
            return false;
        }
    }
    return true;
}

struct value cases_condition(struct checker *c, const struct syntax *patterns, struct value subject) {
    bool whole = patterns->kind == SYNTAX_MATCH || patterns->kind == SYNTAX_MATCH_EXPRESSION;
    if (subject.kind == VALUE_ERROR) {
        return subject;
    }
    if (subject.kind != VALUE_TYPED || subject.type->kind == TYPE_RECORD) {
        report(c->r, patterns, "match wants bits or an enumeration");
        return error_value();
    }
    if (whole) {
        return covers(c, patterns, subject) ? subject : error_value();
    }
    return one_of(c, patterns, subject);
}
