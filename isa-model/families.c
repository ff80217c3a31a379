/* Rows of families: operands as the text of the row gives them, "ADDPS x:xmm, xmm/m128". */
#include "elaborate.h"

#include <string.h>

/* One operand as written. The text starts after the direction; `length` is without the place and the blanks around. */
struct written {
    const char *text;
    size_t length;
    enum operand_direction direction;
    const char *place; /* of length place_length, or NULL */
    size_t place_length;
};

/* The next operand at *at, or false at the end. Operands are separated by commas; a note in parentheses may end the text. */
static bool next_written(const char **at, struct written *w) {
    const char *t = *at + strspn(*at, " ,");
    if (*t == '\0' || *t == '(') {
        return false;
    }
    w->direction = OPERAND_IN;
    if ((*t == 'w' || *t == 'x' || *t == 'r') && t[1] == ':') {
        w->direction = *t == 'w' ? OPERAND_OUT : *t == 'x' ? OPERAND_INOUT : OPERAND_IN;
        t += 2;
    }
    size_t length = strcspn(t, ",");
    const char *note = strstr(t, " (");
    length = note != NULL && (size_t)(note - t) < length ? (size_t)(note - t) : length;
    *at = t + length;
    const char *place = memchr(t, '@', length);
    w->text = t;
    w->place = place;
    w->place_length = place == NULL ? 0 : length - (size_t)(place - t);
    w->length = length - w->place_length;
    return true;
}

#define WRITTEN_MASK "{x:k}" /* shown as {k} */

static const char *find_in(const struct written *w, const char *part) { return memmem(w->text, w->length, part, strlen(part)); }

/* The operand as it is shown. */
static const char *shown_operand(struct checker *c, const struct written *w) {
    const char *mask = find_in(w, WRITTEN_MASK);
    if (mask == NULL) {
        return arena_format(c->arena, "%.*s", (int)w->length, w->text);
    }
    const char *rest = mask + strlen(WRITTEN_MASK);
    return arena_format(c->arena, "%.*s{k}%.*s", (int)(mask - w->text), w->text, (int)(w->text + w->length - rest), rest);
}

/* The text without directions and, unless they are wanted, without places. */
const char *shown_text(struct checker *c, const char *text, bool places) {
    const char *at = text + strcspn(text, " ");
    const char *result = arena_format(c->arena, "%.*s", (int)(at - text), text);
    struct written w;
    for (bool first = true; next_written(&at, &w); first = false) {
        result = arena_format(c->arena, "%s%s%s%.*s", result, first ? " " : ", ", shown_operand(c, &w), places ? (int)w.place_length : 0,
                              w.place == NULL ? "" : w.place);
    }
    return arena_format(c->arena, "%s%s", result, at);
}

/* The name of the operand's kind: without decorations and broadcast. */
static const char *kind_of_operand(struct checker *c, const struct written *w) {
    size_t length = w->length;
    const char *brace = memchr(w->text, '{', length);
    length = brace != NULL ? (size_t)(brace - w->text) : length;
    const char *name = arena_format(c->arena, "%.*s", (int)length, w->text);
    const char *broadcast = strrchr(name, '/');
    size_t end = strlen(name);
    if (broadcast != NULL && end > 4 && strcmp(name + end - 4, "bcst") == 0) {
        name = arena_format(c->arena, "%.*s", (int)(broadcast - name), name);
    }
    return name;
}

void add_operand(struct checker *c, struct symbolic_operand operand) {
    struct machine *m = &c->machine;
    operand.current = arena_allocate(c->arena, (operand.type->scalars + 1u) * sizeof *operand.current);
    if (m->operand_count > 0) {
        const struct symbolic_operand *last = &m->operands[m->operand_count - 1];
        operand.first = last->first + last->type->scalars;
    }
    for (unsigned i = 0; i < operand.type->scalars; i++) {
        unsigned width = operand.type->width;
        for (size_t f = 0; f < operand.type->field_count; f++) {
            width = operand.type->fields[f].first <= i ? operand.type->fields[f].type->width : width;
        }
        symbol s = term_symbol(c->pool, arena_format(c->arena, "operand.%u:%u", operand.first + i, width), width, NULL, 0);
        operand.current[i] = term_apply(c->pool, s, NULL, 0);
    }
    m->operands[m->operand_count++] = operand;
}

static const char *numbered(struct checker *c, const char *name, unsigned *count) {
    (*count)++;
    return *count == 1 ? name : arena_format(c->arena, "%s%u", name, *count);
}

bool bind_row_operands(struct checker *c, const struct syntax *at, const char *text) {
    const char *place = text + strcspn(text, " ");
    unsigned written = 0;
    unsigned read = 0;
    bool any_mask = false;
    bool mask_written = false;
    struct written w;
    c->machine.operands = arena_allocate(c->arena, 12 * sizeof *c->machine.operands);
    while (next_written(&place, &w)) {
        bool writes_mask = find_in(&w, WRITTEN_MASK) != NULL;
        bool masked = writes_mask || find_in(&w, "{k}") != NULL;
        const char *kind = kind_of_operand(c, &w);
        const struct definition *d = find_definition(c, arena_format(c->arena, "operand %s", kind));
        if (d == NULL || d->type == NULL) {
            report(c->r, at, "there is no operand kind \"%s\"", kind);
            return false;
        }
        if (c->machine.operand_count >= 10) {
            report(c->r, at, "a row has at most 10 operands");
            return false;
        }
        enum operand_direction direction = masked && w.direction == OPERAND_OUT ? OPERAND_INOUT : w.direction;
        const char *name = direction == OPERAND_IN ? numbered(c, "src", &read) : numbered(c, "dst", &written);
        const struct syntax *class = d->syntax->child[1];
        add_operand(c, (struct symbolic_operand){name, d->type, class == NULL ? "" : class->text, direction, NULL, 0});
        any_mask = any_mask || masked;
        mask_written = mask_written || writes_mask;
    }
    if (any_mask) {
        add_operand(c, (struct symbolic_operand){"mask", bits_type(c, 64), "register", mask_written ? OPERAND_INOUT : OPERAND_IN, NULL, 0});
    }
    return true;
}

const struct type *token_type(struct checker *c, unsigned width) {
    struct type *token = arena_allocate(c->arena, sizeof *token);
    *token = *bits_type(c, TERM_MAXIMUM_WIDTH);
    token->token = width;
    return token;
}

/* Widths above what a term can have become tokens: one term stands for the whole value. */
const struct type *operand_type(struct checker *c, const struct syntax *s) {
    enum { WIDEST = 65536 };
    const struct syntax *width = s->kind == SYNTAX_TYPE_BITS ? s->child[0] : NULL;
    word128 number = 0;
    if (width != NULL && constant_number(c, width, &number) && number > TERM_MAXIMUM_WIDTH && number <= WIDEST) {
        return token_type(c, (unsigned)number);
    }
    return resolve_type(c, s);
}

void declare_operand_kind(struct checker *c, const struct syntax *s) {
    struct definition *d = define(c, s, arena_format(c->arena, "operand %s", s->text), DEFINES_OPERAND_KIND);
    if (d != NULL) {
        d->syntax = (struct syntax *)(uintptr_t)s;
        d->type = operand_type(c, s->child[0]);
    }
}
