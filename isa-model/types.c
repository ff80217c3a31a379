/* Types: bit-vectors, enumerations and records with their packed layout. */
#include "elaborate.h"

#include <string.h>

unsigned bits_needed(word128 highest) {
    unsigned width = 1;
    while (width < TERM_MAXIMUM_WIDTH && (highest >> width) != 0) {
        width++;
    }
    return width;
}

const struct type *bits_type(struct checker *c, unsigned width) {
    if (width <= TERM_MAXIMUM_WIDTH && c->bits[width] != NULL) {
        return c->bits[width];
    }
    struct type *type = arena_allocate(c->arena, sizeof *type);
    type->kind = TYPE_BITS;
    type->width = width;
    type->scalars = 1;
    if (width <= TERM_MAXIMUM_WIDTH) {
        c->bits[width] = type;
    }
    return type;
}

const char *type_text(struct checker *c, const struct type *type) {
    if (type->name != NULL) {
        return type->name;
    }
    if (type->token != 0) {
        return arena_format(c->arena, "bits(%u)", type->token);
    }
    if (type->kind == TYPE_BITS) {
        return type->width == 1 ? "bit" : arena_format(c->arena, "bits(%u)", type->width);
    }
    return type->kind == TYPE_RECORD ? "a record" : "an enumeration";
}

const struct field *find_field(const struct type *type, const char *name) {
    for (size_t i = 0; i < type->field_count; i++) {
        if (strcmp(type->fields[i].name, name) == 0) {
            return &type->fields[i];
        }
    }
    return NULL;
}

static const struct type *bits_of(struct checker *c, const struct syntax *s) {
    word128 width = 1;
    if (s->child[0] != NULL && !constant_number(c, s->child[0], &width)) {
        return NULL;
    }
    if (width == 0 || width > TERM_MAXIMUM_WIDTH) {
        report(c->r, s, "a width is 1 to %u bits", TERM_MAXIMUM_WIDTH);
        return NULL;
    }
    return bits_type(c, (unsigned)width);
}

static const struct type *make_enumeration(struct checker *c, const struct syntax *items) {
    struct type *type = arena_allocate(c->arena, sizeof *type);
    word128 value = 0;
    word128 highest = 0;
    for (const struct syntax *i = items; i != NULL; i = i->next) {
        value = i->child[2] != NULL ? i->child[2]->number : value;
        if (value > 255) {
            report(c->r, i, "a value of an enumeration is 0 to 255");
            return NULL;
        }
        highest = value > highest ? value : highest;
        value++;
    }
    const char **names = arena_allocate(c->arena, ((size_t)highest + 1) * sizeof *names);
    value = 0;
    for (const struct syntax *i = items; i != NULL; i = i->next) {
        value = i->child[2] != NULL ? i->child[2]->number : value;
        struct definition *d = define(c, i, i->text, DEFINES_VALUE);
        if (names[(size_t)value] != NULL) {
            report(c->r, i, "'%s' has the value of '%s'", i->text, names[(size_t)value]);
        }
        names[(size_t)value] = i->text;
        if (d != NULL) {
            d->type = type;
            d->number = (unsigned)value;
        }
        value++;
    }
    type->kind = TYPE_ENUMERATION;
    type->width = bits_needed(highest);
    type->scalars = 1;
    type->value_names = names;
    type->value_count = (unsigned)highest + 1;
    return type;
}

static bool is_enumeration(const struct syntax *items) {
    for (const struct syntax *i = items; i != NULL; i = i->next) {
        if (i->kind != SYNTAX_ITEM || i->child[0] != NULL || i->child[1] != NULL) {
            return false;
        }
    }
    return true;
}

static bool add_piece(struct checker *c, const struct syntax *s, struct piece *piece) {
    const struct syntax *n = s->child[0];
    *piece = (struct piece){(unsigned)n->number, n->kind == SYNTAX_RANGE ? n->number_width : (unsigned)n->number};
    if (n->number >= TERM_MAXIMUM_WIDTH || piece->low > piece->high) {
        report(c->r, s, "a place is HIGH:LOW with %u > HIGH >= LOW", TERM_MAXIMUM_WIDTH);
        return false;
    }
    return true;
}

/* The pieces of one field: its own, and those that follow it in the list. */
static bool field_pieces(struct checker *c, const struct syntax *item, struct field *field, const struct syntax **last) {
    size_t count = item->child[0] != NULL ? 1 : 0;
    *last = item;
    for (const struct syntax *n = item->next; count > 0 && n != NULL && n->kind == SYNTAX_PIECE; n = n->next) {
        count++;
        *last = n;
    }
    struct piece *pieces = arena_allocate(c->arena, (count + 1) * sizeof *pieces);
    if (count > 0 && !add_piece(c, item->child[0], &pieces[0])) {
        return false;
    }
    const struct syntax *n = item->next;
    for (size_t i = 1; i < count; i++, n = n->next) {
        if (!add_piece(c, n, &pieces[i])) {
            return false;
        }
    }
    field->pieces = pieces;
    field->piece_count = count;
    return true;
}

static unsigned pieces_width(const struct field *field) {
    unsigned width = 0;
    for (size_t i = 0; i < field->piece_count; i++) {
        width += field->pieces[i].high - field->pieces[i].low + 1;
    }
    return width;
}

/* The type written behind this item or behind a later one that shares it. */
static const struct syntax *type_after(const struct syntax *item) {
    for (; item != NULL; item = item->next) {
        if (item->child[1] != NULL) {
            return item->child[1];
        }
    }
    return NULL;
}

static bool check_field(struct checker *c, const struct syntax *item, struct field *field, const struct syntax *last) {
    unsigned width = pieces_width(field);
    const struct syntax *type = last->child[1] != NULL ? last->child[1] : width > 0 ? NULL : type_after(item);
    if (type == NULL && width == 0) {
        report(c->r, item, "field '%s' has no type", item->text);
        return false;
    }
    if (width > TERM_MAXIMUM_WIDTH) {
        report(c->r, item, "field '%s' is wider than %u bits", item->text, TERM_MAXIMUM_WIDTH);
        return false;
    }
    field->type = type == NULL ? bits_type(c, width) : resolve_type(c, type);
    if (field->type == NULL) {
        return false;
    }
    if (width > 0 && field->type->width != width) {
        report(c->r, item, "field '%s' is %u bits wide but its place has %u", item->text, field->type->width, width);
        return false;
    }
    return true;
}

/* Fields without a place lie behind each other from bit 0 upwards. */
static void place_fields(struct checker *c, struct field *fields, size_t count) {
    unsigned at = 0;
    for (size_t i = 0; i < count; i++) {
        if (fields[i].piece_count == 0) {
            struct piece *piece = arena_allocate(c->arena, sizeof *piece);
            *piece = (struct piece){at + fields[i].type->width - 1, at};
            fields[i].pieces = piece;
            fields[i].piece_count = 1;
        }
        for (size_t p = 0; p < fields[i].piece_count; p++) {
            at = fields[i].pieces[p].high + 1 > at ? fields[i].pieces[p].high + 1 : at;
        }
    }
}

/* No bit belongs to two fields; gives the width that the fields need. */
static bool check_layout(struct checker *c, const struct syntax *at, const struct field *fields, size_t count, unsigned *needed) {
    unsigned char used[TERM_MAXIMUM_WIDTH * 64] = {0};
    *needed = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t p = 0; p < fields[i].piece_count; p++) {
            for (unsigned b = fields[i].pieces[p].low; b <= fields[i].pieces[p].high; b++) {
                if (b >= sizeof used || used[b] != 0) {
                    report(c->r, at, "bit %u belongs to two fields ('%s' is the second)", b, fields[i].name);
                    return false;
                }
                used[b] = 1;
                *needed = b + 1 > *needed ? b + 1 : *needed;
            }
        }
    }
    return true;
}

const struct type *make_record(struct checker *c, const struct syntax *at, const struct syntax *items, unsigned width) {
    size_t most = 0;
    for (const struct syntax *i = items; i != NULL; i = i->next) {
        most++;
    }
    if (most > 256) {
        report(c->r, at, "a record has at most 256 fields");
        return NULL;
    }
    struct type *type = arena_allocate(c->arena, sizeof *type);
    struct field *fields = arena_allocate(c->arena, (most + 1) * sizeof *fields);
    type->kind = TYPE_RECORD;
    type->fields = fields;
    for (const struct syntax *i = items; i != NULL; i = i->next) {
        struct field *field = &fields[type->field_count];
        const struct syntax *last = i;
        if (i->kind != SYNTAX_ITEM || i->child[2] != NULL) {
            report(c->r, i, "a field is NAME : TYPE or NAME @ HIGH:LOW");
            return NULL;
        }
        if (find_field(type, i->text) != NULL) {
            report(c->r, i, "field '%s' is declared twice", i->text);
            return NULL;
        }
        field->name = i->text;
        if (!field_pieces(c, i, field, &last) || !check_field(c, i, field, last)) {
            return NULL;
        }
        field->first = type->scalars;
        type->scalars += field->type->scalars;
        if (type->scalars > 256) {
            report(c->r, i, "a record has at most 256 fields, those of inner records included");
            return NULL;
        }
        type->field_count++;
        i = last;
    }
    unsigned needed = 0;
    place_fields(c, fields, type->field_count);
    if (!check_layout(c, at, fields, type->field_count, &needed)) {
        return NULL;
    }
    if (width != 0 && needed > width) {
        report(c->r, at, "the fields need %u bits, the record has %u", needed, width);
        return NULL;
    }
    type->width = width != 0 ? width : needed;
    return type;
}

const struct type *resolve_type(struct checker *c, const struct syntax *s) {
    if (s->kind == SYNTAX_TYPE_BITS) {
        return bits_of(c, s);
    }
    if (s->kind == SYNTAX_TYPE_ITEMS) {
        return is_enumeration(s->child[0]) ? make_enumeration(c, s->child[0]) : make_record(c, s, s->child[0], 0);
    }
    struct definition *d = find_definition(c, s->text);
    if (d == NULL || d->kind != DEFINES_TYPE) {
        report(c->r, s, "there is no type '%s'", s->text);
        return NULL;
    }
    if (d->active) {
        report(c->r, s, "type '%s' contains itself", s->text);
        return NULL;
    }
    /* Types may be used before they are declared: they are resolved when first needed. */
    if (d->type == NULL && d->syntax != NULL) {
        const struct syntax *declaration = d->syntax;
        word128 width = 0;
        d->active = true;
        if (declaration->kind == SYNTAX_TYPE) {
            d->type = resolve_type(c, declaration->child[0]);
        } else {
            const struct type *bits = declaration->child[1] == NULL ? NULL : resolve_type(c, declaration->child[1]);
            width = bits == NULL ? 0 : bits->width;
            d->type = declaration->child[1] != NULL && bits == NULL ? NULL : make_record(c, declaration, declaration->child[0], (unsigned)width);
        }
        d->active = false;
        if (d->type == NULL) {
            d->syntax = NULL; /* reported once */
        } else if (d->type->name == NULL && d->type->kind != TYPE_BITS) {
            struct type *copy = arena_allocate(c->arena, sizeof *copy);
            *copy = *d->type;
            copy->name = d->name;
            /* values of the enumeration must point to the named type */
            for (unsigned v = 0; v < copy->value_count; v++) {
                struct definition *value = copy->value_names[v] == NULL ? NULL : find_definition(c, copy->value_names[v]);
                if (value != NULL && value->type == d->type) {
                    value->type = copy;
                }
            }
            d->type = copy;
        }
    }
    return d->type;
}
