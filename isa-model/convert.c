/* Values: making them, packing records, and giving them the type that is asked for. */
#include "elaborate.h"

#include <string.h>

struct value error_value(void) {
    return (struct value){VALUE_ERROR, NULL, NULL, 0};
}

struct value typed(struct checker *c, const struct type *type, const term *terms) {
    term *copy = arena_allocate(c->arena, (type->scalars + 1u) * sizeof *copy);
    for (unsigned i = 0; i < type->scalars; i++) {
        copy[i] = terms[i];
    }
    return (struct value){VALUE_TYPED, type, copy, 0};
}

struct value scalar(struct checker *c, term t) {
    return typed(c, bits_type(c, term_width(c->pool, t)), &t);
}

/* The value of one field in packed form, spread over its pieces. */
static term field_bits(struct checker *c, const struct field *field, const term *terms) {
    if (field->type->kind == TYPE_RECORD) {
        return pack(c, field->type, terms + field->first);
    }
    return terms[field->first];
}

/* Bits from `from` downwards to the end of the record: finds the piece that holds bit `from`, or a gap. */
static term bits_below(struct checker *c, const struct type *type, const term *terms, unsigned from) {
    term result = TERM_NONE;
    unsigned at = from;
    while (at > 0) {
        unsigned gap = at; /* bits of a gap below `at` */
        term part = TERM_NONE;
        for (size_t f = 0; f < type->field_count; f++) {
            unsigned low = 0; /* within the field, of the piece */
            for (size_t p = type->fields[f].piece_count; p-- > 0;) {
                struct piece piece = type->fields[f].pieces[p];
                unsigned width = piece.high - piece.low + 1;
                if (piece.high + 1 == at) {
                    part = term_extract(c->pool, low + width - 1, low, field_bits(c, &type->fields[f], terms));
                } else if (piece.high + 1 < at && at - piece.high - 1 < gap) {
                    gap = at - piece.high - 1;
                }
                low += width;
            }
        }
        if (part == TERM_NONE) {
            part = term_constant(c->pool, gap, 0);
        }
        at -= term_width(c->pool, part);
        result = result == TERM_NONE ? part : term_concatenate(c->pool, result, part);
    }
    return result;
}

term pack(struct checker *c, const struct type *type, const term *terms) {
    return type->kind == TYPE_RECORD ? bits_below(c, type, terms, type->width) : terms[0];
}

void unpack(struct checker *c, const struct type *type, term bits, term *terms) {
    if (type->kind != TYPE_RECORD) {
        terms[0] = bits;
        return;
    }
    for (size_t f = 0; f < type->field_count; f++) {
        const struct field *field = &type->fields[f];
        term value = TERM_NONE;
        for (size_t p = 0; p < field->piece_count; p++) {
            term part = term_extract(c->pool, field->pieces[p].high, field->pieces[p].low, bits);
            value = value == TERM_NONE ? part : term_concatenate(c->pool, value, part);
        }
        unpack(c, field->type, value, terms + field->first);
    }
}

static bool same_type(const struct type *a, const struct type *b) {
    if (a == b) {
        return true;
    }
    if (a->kind != b->kind || a->width != b->width || a->token != b->token || a->scalars != b->scalars || a->field_count != b->field_count ||
        (a->kind == TYPE_ENUMERATION && a->value_names != b->value_names)) {
        return false;
    }
    for (size_t i = 0; i < a->field_count; i++) {
        if (strcmp(a->fields[i].name, b->fields[i].name) != 0 || !same_type(a->fields[i].type, b->fields[i].type)) {
            return false;
        }
    }
    return true;
}

/* One unknown for each scalar. Sites are numbered in each form, so that equal templates give equal terms. */
static struct value make_undefined(struct checker *c, const struct type *type) {
    term terms[256];
    unsigned site = ++c->undefined_sites;
    for (unsigned i = 0; i < type->scalars && i < 256; i++) {
        unsigned width = type->width;
        for (size_t f = 0; f < type->field_count; f++) {
            if (type->fields[f].first <= i) {
                width = type->fields[f].type->width;
            }
        }
        const char *name = arena_format(c->arena, "undefined.%u.%u:%u", site, i, width);
        size_t known = term_symbol_count(c->pool);
        symbol s = term_symbol(c->pool, name, width, NULL, 0);
        if (term_symbol_count(c->pool) > known) {
            size_t at = APPEND(c, c->undefined, c->undefined_count, c->undefined_capacity);
            c->undefined[at] = s;
        }
        terms[i] = term_apply(c->pool, s, NULL, 0);
    }
    return typed(c, type, terms);
}

static bool fits(word128 number, unsigned width) { return width >= TERM_MAXIMUM_WIDTH || (number >> width) == 0; }

struct value convert(struct checker *c, const struct syntax *at, struct value value, const struct type *type) {
    if (value.kind == VALUE_ERROR || type == NULL) {
        return error_value();
    }
    if (value.kind == VALUE_UNDEFINED) {
        if (type->kind == TYPE_RECORD) {
            for (size_t f = 0; f < type->field_count; f++) {
                if (type->fields[f].type->kind == TYPE_RECORD) {
                    report(c->r, at, "`undefined` cannot stand for a record in a record; give its fields one by one");
                    return error_value();
                }
            }
        }
        return make_undefined(c, type);
    }
    if (value.kind == VALUE_NUMBER) {
        if (type->kind != TYPE_BITS) {
            report(c->r, at, "a number cannot stand for %s", type_text(c, type));
            return error_value();
        }
        if (!fits(value.number, type->width)) {
            report(c->r, at, "the number does not fit in %s", type_text(c, type));
            return error_value();
        }
        term t = term_constant(c->pool, type->width, value.number);
        return typed(c, type, &t);
    }
    if (!same_type(value.type, type)) {
        report(c->r, at, "this is %s, but %s is wanted here", type_text(c, value.type), type_text(c, type));
        return error_value();
    }
    return typed(c, type, value.terms);
}

struct value choose(struct checker *c, term condition, struct value a, struct value b) {
    term terms[256];
    for (unsigned i = 0; i < a.type->scalars && i < 256; i++) {
        terms[i] = term_if(c->pool, condition, a.terms[i], b.terms[i]);
    }
    return typed(c, a.type, terms);
}
