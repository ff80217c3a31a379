/* Operating modes: their conditions, their constants, and which stand beside each other. */
#include "elaborate.h"

#include <string.h>

static const struct local *find_constant(const struct local *list, const char *name) {
    for (; list != NULL; list = list->outer) {
        if (strcmp(list->name, name) == 0) {
            return list;
        }
    }
    return NULL;
}

static bool same_value(const struct value *a, const struct value *b) {
    if (a->kind != b->kind) {
        return false;
    }
    return a->kind == VALUE_NUMBER ? a->number == b->number
                                   : a->kind == VALUE_TYPED && a->type->width == b->type->width && a->terms[0] == b->terms[0];
}

/* Every constant of `a` has the same value in `b`. */
static bool covered_by(const struct local *a, const struct local *b, const char **missing) {
    for (; a != NULL; a = a->outer) {
        const struct local *other = find_constant(b, a->name);
        *missing = a->name;
        if (other == NULL || !same_value(&a->value, &other->value)) {
            return false;
        }
    }
    return true;
}

bool same_constants(const struct checker *c, unsigned a, unsigned b) {
    const char *missing = NULL;
    return covered_by(c->mode_constants[a], c->mode_constants[b], &missing) && covered_by(c->mode_constants[b], c->mode_constants[a], &missing);
}

static void declare_one(struct checker *c, const struct syntax *s, unsigned mode) {
    struct local *outer = c->locals;
    c->locals = NULL;
    for (const struct syntax *k = s->child[2]; k != NULL; k = k->next) {
        if (find_definition(c, k->text) != NULL) {
            report(c->r, k, "'%s' is already declared", k->text);
        } else if (find_constant(c->locals, k->text) != NULL) {
            report(c->r, k, "constant '%s' is given twice", k->text);
        } else {
            bind_local(c, k->text, evaluate_expression(c, k->child[0], NULL));
        }
    }
    c->mode_constants[mode] = c->locals;
    c->locals = outer;
}

/* The constants of a mode are known before anything is executed; every mode has the same ones. */
void declare_mode_constants(struct checker *c) {
    const struct syntax *first = NULL;
    c->mode_constants = arena_allocate(c->arena, (c->mode_count + 1) * sizeof(struct local *));
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        const struct definition *d = s->kind == SYNTAX_OPERATING_MODE ? find_definition(c, s->text) : NULL;
        if (d == NULL || d->syntax != s || d->number >= c->mode_count) {
            continue;
        }
        declare_one(c, s, d->number);
        first = first == NULL ? s : first;
        const struct local *one = c->mode_constants[d->number];
        const struct local *other = c->mode_constants[find_definition(c, first->text)->number];
        for (const struct local *l = one; l != NULL; l = l->outer) {
            if (find_constant(other, l->name) == NULL) {
                report(c->r, s, "constant '%s' of mode '%s' is missing in mode '%s'", l->name, s->text, first->text);
            }
        }
        for (const struct local *l = other; l != NULL; l = l->outer) {
            if (find_constant(one, l->name) == NULL) {
                report(c->r, s, "mode '%s' does not give constant '%s', which mode '%s' has", s->text, l->name, first->text);
            }
        }
    }
}

static void place_beside(struct checker *c, const struct syntax *s, unsigned mode) {
    for (const struct syntax *n = s->child[3]; n != NULL; n = n->next) {
        const struct definition *d = find_definition(c, n->text);
        if (d == NULL || d->kind != DEFINES_MODE || d->number >= c->mode_count) {
            report(c->r, n, "there is no operating mode '%s'", n->text);
        } else if (!same_constants(c, mode, d->number)) {
            report(c->r, n, "modes beside each other have equal constants");
        } else {
            c->modes[mode].beside |= (uint64_t)1 << d->number;
            c->modes[d->number].beside |= (uint64_t)1 << mode;
        }
    }
}

void check_modes(struct checker *c) {
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        const struct definition *d = s->kind == SYNTAX_OPERATING_MODE ? find_definition(c, s->text) : NULL;
        if (d != NULL && d->syntax == s && d->number < c->mode_count) {
            c->mode = d->number;
            machine_reset(c);
            c->modes[d->number].condition = evaluate_bit(c, s->child[0]);
            c->modes[d->number].beside |= (uint64_t)1 << d->number;
            place_beside(c, s, d->number);
        }
    }
    c->mode = 0;
    if (c->mode_count == 0) {
        size_t at = APPEND(c, c->modes, c->mode_count, c->mode_capacity);
        c->modes[at] = (struct operating_mode){"all", "", term_true(c->pool), 0, 1};
        c->mode_constants = arena_allocate(c->arena, sizeof(struct local *));
    }
    for (size_t i = 0; i < c->mode_count; i++) {
        c->modes[i].states = term_false(c->pool);
        for (size_t k = 0; k < c->mode_count; k++) {
            if ((c->modes[i].beside >> k & 1) != 0) {
                c->modes[i].states = term_or(c->pool, c->modes[i].states, c->modes[k].condition);
            }
        }
    }
}
