/* Every form executed symbolically, in each of its operating modes, from a state of which nothing is known. */
#include "form_parts.h"

#include <string.h>

static void bind_settings(struct checker *c, const struct syntax *list) {
    for (const struct syntax *w = list; w != NULL; w = w->next) {
        for (const struct syntax *s = w->kind == SYNTAX_WITH ? w->child[0] : NULL; s != NULL; s = s->next) {
            bind_local(c, s->text, evaluate_expression(c, s->child[0], NULL));
        }
    }
}

static bool bind_operands(struct checker *c, const struct parts *p) {
    struct machine *m = &c->machine;
    size_t count = 0;
    if (is_row(p)) {
        return bind_row_operands(c, p->own, p->text);
    }
    const struct syntax *part = find_part(p, SYNTAX_OPERANDS);
    const struct syntax *operands = part == NULL ? NULL : part->child[0];
    for (const struct syntax *o = operands; o != NULL; o = o->next) {
        count++;
    }
    m->operands = arena_allocate(c->arena, (count + 1) * sizeof *m->operands);
    for (const struct syntax *o = operands; o != NULL; o = o->next) {
        const struct type *type = operand_type(c, o->child[0]);
        for (size_t i = 0; i < m->operand_count; i++) {
            if (strcmp(m->operands[i].name, o->text) == 0) {
                report(c->r, o, "operand '%s' is declared twice", o->text);
            }
        }
        if (component_of(c, o->text) != NULL) {
            report(c->r, o, "'%s' is already a state component", o->text);
        }
        if (type != NULL) {
            add_operand(c, (struct symbolic_operand){o->text, type, o->child[1] == NULL ? "" : o->child[1]->text,
                                                     (enum operand_direction)o->operation, NULL, 0});
        }
    }
    return true;
}

static const char *scalar_name(struct checker *c, const struct symbolic_operand *o, unsigned i) {
    for (size_t f = 0; f < o->type->field_count; f++) {
        if (o->type->fields[f].first == i) {
            return arena_format(c->arena, "%s.%s", o->name, o->type->fields[f].name);
        }
    }
    return o->name;
}

/* Symbols are named by the number and width of the scalar, so that equal templates give equal terms in all their forms. */
static void finish_operands(struct checker *c, struct semantics *result) {
    struct machine *m = &c->machine;
    size_t count = 0;
    for (size_t i = 0; i < m->operand_count; i++) {
        count += m->operands[i].type->scalars;
    }
    struct operand *operands = arena_allocate(c->arena, (count + 1) * sizeof *operands);
    size_t at = 0;
    for (size_t i = 0; i < m->operand_count; i++) {
        const struct symbolic_operand *o = &m->operands[i];
        for (unsigned k = 0; k < o->type->scalars; k++, at++) {
            unsigned width = term_width(c->pool, o->current[k]);
            symbol s = term_symbol(c->pool, arena_format(c->arena, "operand.%u:%u", o->first + k, width), width, NULL, 0);
            unsigned size = o->type->token != 0 ? o->type->token : width;
            operands[at] = (struct operand){scalar_name(c, o, k), o->kind, o->direction, width, size, s, o->current[k]};
        }
    }
    result->operands = operands;
    result->operand_count = count;
}

static void run_templates(struct checker *c, const struct parts *p) {
    const struct syntax *uses = find_part(p, SYNTAX_USES);
    for (const struct syntax *n = uses == NULL ? NULL : uses->child[0]; n != NULL; n = n->next) {
        struct definition *d = find_definition(c, n->text);
        if (d == NULL || d->kind != DEFINES_TEMPLATE) {
            report(c->r, n, "there is no template '%s'", n->text);
            continue;
        }
        execute_block(c, d->syntax->child[0]->child[0]);
    }
}

static void run_prologues(struct checker *c) {
    for (size_t i = 0; i < c->prologue_count; i++) {
        execute_block(c, c->prologues[i]->child[0]->child[0]);
    }
}

static const struct semantics *execute_form(struct checker *c, const struct parts *p, unsigned mode, const char *shown) {
    struct machine *m = &c->machine;
    struct semantics *result = arena_allocate(c->arena, sizeof *result);
    c->mode = mode;
    machine_reset(c);
    c->form_text = shown;
    if (c->options->drop_instruction != NULL && strcmp(c->options->drop_instruction, shown) == 0) {
        c->drop_points = c->options->drop_points;
    }
    bind_entry(c, &p->entry);
    bind_settings(c, p->header->child[0]);
    bind_settings(c, p->own == NULL ? NULL : p->own->child[0]);
    if (!bind_operands(c, p)) {
        return NULL;
    }
    run_prologues(c);
    run_templates(c, p);
    if (!is_row(p)) {
        execute_block(c, p->header->child[1]);
    }
    finish_operands(c, result);
    if (c->counter != NULL) {
        m->scalars[c->counter->first_leaf] = m->next_counter;
    }
    result->trap = m->trap;
    result->memory_trap = m->memory_trap;
    result->trap_vector = m->vector;
    result->trap_argument = m->argument;
    result->refused = term_false(c->pool);
    result->points = m->points;
    result->point_count = m->point_count;
    term *next = arena_allocate(c->arena, (c->leaf_count + 1) * sizeof *next);
    memcpy(next, m->scalars, c->leaf_count * sizeof *next);
    size_t changes = 0;
    for (size_t i = 0; c->mutant != TERM_NONE && i < c->leaf_count; i++) {
        if (next[i] != c->initial[i]) {
            next[i] = term_if(c->pool, is_mutant(c, ISA_MUTANT_SKIPS(m->point_count, changes++)), c->initial[i], next[i]);
        }
    }
    for (size_t i = 0; c->mutant != TERM_NONE && i < m->write_count; i++) {
        m->writes[i].guard = term_and(c->pool, m->writes[i].guard, term_not(c->pool, is_mutant(c, ISA_MUTANT_SKIPS(m->point_count, changes++))));
    }
    result->next = next;
    result->writes = m->writes;
    result->write_count = m->write_count;
    return result;
}

static const char *settings_key(struct checker *c, const char *key, const struct syntax *list) {
    for (const struct syntax *w = list; w != NULL; w = w->next) {
        for (const struct syntax *s = w->kind == SYNTAX_WITH ? w->child[0] : NULL; s != NULL; s = s->next) {
            const struct syntax *v = s->child[0];
            key = v->kind == SYNTAX_NUMBER ? arena_format(c->arena, "%s %s=%llu", key, s->text, (unsigned long long)v->number)
                                           : arena_format(c->arena, "%s %s=%s", key, s->text, v->text);
        }
    }
    return key;
}

/* Everything that the execution of a row depends on, but for the mode; NULL after an error. */
static const char *row_key(struct checker *c, const struct parts *p) {
    const char *key = "row";
    const struct syntax *uses = find_part(p, SYNTAX_USES);
    for (const struct syntax *n = uses == NULL ? NULL : uses->child[0]; n != NULL; n = n->next) {
        key = arena_format(c->arena, "%s %s", key, n->text);
    }
    key = settings_key(c, key, p->header->child[0]);
    key = settings_key(c, key, p->own->child[0]);
    const struct syntax *v = p->entry.values;
    for (const struct syntax *n = p->entry.names; n != NULL && v != NULL; n = n->next, v = v->next) {
        if (v->kind == SYNTAX_NUMBER) {
            key = arena_format(c->arena, "%s %s=%llu", key, n->text, (unsigned long long)v->number);
        }
    }
    machine_reset(c);
    if (!bind_row_operands(c, p->own, p->text)) {
        return NULL;
    }
    for (size_t i = 0; i < c->machine.operand_count; i++) {
        const struct symbolic_operand *o = &c->machine.operands[i];
        key = arena_format(c->arena, "%s|%d %u %u %s", key, (int)o->direction, o->type->width, o->type->token, o->kind);
    }
    return key;
}

/* By mode, what was executed already: rows of families that have the same templates, constants and operands do the same. NULL after an error. */
static const struct semantics **known_semantics(struct checker *c, const struct parts *p, const char *shown) {
    bool dropped = c->options->drop_instruction != NULL && strcmp(c->options->drop_instruction, shown) == 0;
    size_t size = (c->mode_count + 1) * sizeof(const struct semantics *);
    if (!is_row(p) || dropped) {
        return arena_allocate(c->arena, size);
    }
    const char *key = row_key(c, p);
    if (key == NULL) {
        return NULL;
    }
    struct definition *known = find_definition(c, key);
    if (known == NULL) {
        known = define(c, p->own, key, DEFINES_FORM);
        known->semantics = arena_allocate(c->arena, size);
    }
    return known->semantics;
}

static bool is_wanted(const struct checker *c, const char *instruction, const char *shown) {
    const char *only = c->options->only;
    return only == NULL || form_is_named(instruction, shown, only);
}

void fill_semantics(struct checker *c, struct form *form, const struct parts *p) {
    const struct semantics **by_mode = arena_allocate(c->arena, (c->mode_count + 1) * sizeof(const struct semantics *));
    form->semantics = by_mode;
    if (!is_wanted(c, form->instruction, form->text)) {
        return;
    }
    const struct semantics **known = known_semantics(c, p, form->text);
    for (unsigned mode = 0; mode < c->mode_count && known != NULL; mode++) {
        for (unsigned earlier = 0; earlier < mode && (form->modes >> mode & 1) != 0 && by_mode[mode] == NULL; earlier++) {
            by_mode[mode] = by_mode[earlier] != NULL && same_constants(c, earlier, mode) ? by_mode[earlier] : NULL;
        }
        if ((form->modes >> mode & 1) != 0 && by_mode[mode] == NULL) {
            known[mode] = known[mode] != NULL ? known[mode] : execute_form(c, p, mode, form->text);
            by_mode[mode] = known[mode];
        }
    }
}
