/* The parts of a form, and the operating modes in which it exists. */
#include "form_parts.h"

#include <string.h>

static const struct syntax *part_in(const struct syntax *list, enum syntax_kind kind) {
    for (; list != NULL; list = list->next) {
        if (list->kind == kind) {
            return list;
        }
    }
    return NULL;
}

const struct syntax *find_part(const struct parts *p, enum syntax_kind kind) {
    const struct syntax *found = p->own == NULL ? NULL : part_in(p->own->child[0], kind);
    return found != NULL ? found : part_in(p->header->child[0], kind);
}

const char *text_of(const struct parts *p, enum syntax_kind kind) {
    const struct syntax *part = find_part(p, kind);
    return part == NULL ? "" : part->text;
}

static bool holds_in(struct checker *c, const struct syntax *condition, const struct parts *p, unsigned mode) {
    if (condition == NULL) {
        return true;
    }
    struct local *outer = c->locals;
    word128 value = 0;
    c->mode = mode;
    c->locals = NULL;
    bind_entry(c, &p->entry);
    struct value v = evaluate_as(c, condition, bits_type(c, 1));
    c->locals = outer;
    if (v.kind == VALUE_TYPED && !term_is_constant(c->pool, v.terms[0], &value)) {
        report(c->r, condition, "this depends on the state; `when` of a form or of sizes is about constants");
    }
    return value != 0;
}

/* A name in `modes` is a mode, or a constant of the modes that is true in those that are meant. */
static uint64_t modes_named(struct checker *c, const struct syntax *n) {
    const struct definition *d = find_definition(c, n->text);
    if (d != NULL && d->kind == DEFINES_MODE) {
        return (uint64_t)1 << d->number;
    }
    uint64_t mask = 0;
    bool known = false;
    for (unsigned mode = 0; mode < c->mode_count; mode++) {
        for (const struct local *l = c->mode_constants[mode]; l != NULL; l = l->outer) {
            word128 value = l->value.number;
            if (strcmp(l->name, n->text) == 0) {
                known = true;
                bool truth = l->value.kind == VALUE_TYPED && term_is_constant(c->pool, l->value.terms[0], &value);
                mask |= truth && value != 0 ? (uint64_t)1 << mode : 0;
            }
        }
    }
    if (!known) {
        report(c->r, n, "there is no operating mode '%s'", n->text);
        return UINT64_MAX; /* its body is still worth checking */
    }
    return mask;
}

uint64_t modes_of(struct checker *c, const struct parts *p) {
    const struct syntax *list = find_part(p, SYNTAX_MODES);
    uint64_t mask = list != NULL ? 0 : c->mode_count >= 64 ? UINT64_MAX : ((uint64_t)1 << c->mode_count) - 1;
    for (const struct syntax *n = list == NULL ? NULL : list->child[0]; n != NULL; n = n->next) {
        mask |= modes_named(c, n);
    }
    mask &= c->mode_count >= 64 ? UINT64_MAX : ((uint64_t)1 << c->mode_count) - 1;
    for (unsigned mode = 0; mode < c->mode_count; mode++) {
        if ((mask >> mode & 1) != 0 && !(holds_in(c, p->entry.when, p, mode) && holds_in(c, p->own == NULL ? NULL : p->own->child[1], p, mode))) {
            mask &= ~((uint64_t)1 << mode);
        }
    }
    return mask;
}
