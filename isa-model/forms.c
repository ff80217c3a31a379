/* Instructions: every form executed symbolically from a state of which nothing is known. */
#include "elaborate.h"

#include <string.h>

struct form_parts {
    const struct syntax *operands, *settings;
    const char *encoding, *source;
    uint64_t modes;
    bool has_modes;
};

static uint64_t modes_mask(struct checker *c, const struct syntax *names) {
    uint64_t mask = 0;
    for (const struct syntax *n = names; n != NULL; n = n->next) {
        const struct definition *d = find_definition(c, n->text);
        if (d == NULL || d->kind != DEFINES_MODE) {
            report(c->r, n, "there is no operating mode '%s'", n->text);
        } else {
            mask |= (uint64_t)1 << d->number;
        }
    }
    return mask;
}

static void collect_parts(struct checker *c, const struct syntax *list, struct form_parts *parts) {
    for (const struct syntax *p = list; p != NULL; p = p->next) {
        if (p->kind == SYNTAX_ENCODING) {
            parts->encoding = p->text;
        } else if (p->kind == SYNTAX_SOURCE) {
            parts->source = p->text;
        } else if (p->kind == SYNTAX_OPERANDS) {
            parts->operands = p->child[0];
        } else if (p->kind == SYNTAX_WITH) {
            parts->settings = p->child[0];
        } else if (p->kind == SYNTAX_MODES) {
            parts->modes = modes_mask(c, p->child[0]);
            parts->has_modes = true;
        }
    }
}

static void bind_settings(struct checker *c, const struct syntax *settings) {
    for (const struct syntax *s = settings; s != NULL; s = s->next) {
        bind_local(c, s->text, evaluate_expression(c, s->child[0], NULL));
    }
}

/* Symbols are named by the number and width of the scalar, so that equal templates give equal terms in all their forms. */
static void bind_operands(struct checker *c, const struct syntax *operands) {
    struct machine *m = &c->machine;
    size_t count = 0;
    unsigned number = 0;
    for (const struct syntax *o = operands; o != NULL; o = o->next) {
        count++;
    }
    m->operands = arena_allocate(c->arena, (count + 1) * sizeof *m->operands);
    for (const struct syntax *o = operands; o != NULL; o = o->next) {
        const struct type *type = resolve_type(c, o->child[0]);
        for (size_t i = 0; i < m->operand_count; i++) {
            if (strcmp(m->operands[i].name, o->text) == 0) {
                report(c->r, o, "operand '%s' is declared twice", o->text);
            }
        }
        if (component_of(c, o->text) != NULL) {
            report(c->r, o, "'%s' is already a state component", o->text);
        }
        if (type == NULL) {
            continue;
        }
        term *current = arena_allocate(c->arena, (type->scalars + 1u) * sizeof *current);
        term bits[256];
        /* A record operand is unpacked from its packed bits only when those fit; else each scalar is its own symbol. */
        for (unsigned i = 0; i < type->scalars && i < 256; i++) {
            unsigned width = type->width;
            for (size_t f = 0; f < type->field_count; f++) {
                width = type->fields[f].first <= i ? type->fields[f].type->width : width;
            }
            bits[i] = term_apply(c->pool, term_symbol(c->pool, arena_format(c->arena, "operand.%u:%u", number + i, width), width, NULL, 0), NULL, 0);
            current[i] = bits[i];
        }
        m->operands[m->operand_count++] = (struct symbolic_operand){o->text, type, (enum operand_direction)o->operation, current, number};
        number += type->scalars;
    }
}

static const char *scalar_name(struct checker *c, const struct symbolic_operand *o, unsigned i) {
    for (size_t f = 0; f < o->type->field_count; f++) {
        if (o->type->fields[f].first == i) {
            return arena_format(c->arena, "%s.%s", o->name, o->type->fields[f].name);
        }
    }
    return o->name;
}

static const char *kind_name(const struct syntax *operands, const char *name) {
    for (const struct syntax *o = operands; o != NULL; o = o->next) {
        if (strcmp(o->text, name) == 0 && o->child[1] != NULL) {
            return o->child[1]->text;
        }
    }
    return "";
}

static void finish_operands(struct checker *c, struct form *form, const struct syntax *syntax) {
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
            operands[at] = (struct operand){scalar_name(c, o, k), kind_name(syntax, o->name), o->direction, width, s, o->current[k]};
        }
    }
    form->operands = operands;
    form->operand_count = count;
}

static void run_templates(struct checker *c, const struct syntax *header) {
    for (const struct syntax *h = header; h != NULL; h = h->next) {
        for (const struct syntax *n = h->kind == SYNTAX_USES ? h->child[0] : NULL; n != NULL; n = n->next) {
            struct definition *d = find_definition(c, n->text);
            if (d == NULL || d->kind != DEFINES_TEMPLATE) {
                report(c->r, n, "there is no template '%s'", n->text);
                continue;
            }
            execute_block(c, d->syntax->child[0]->child[0]);
        }
    }
}

static void finish_state(struct checker *c, struct form *form) {
    struct machine *m = &c->machine;
    if (c->counter != NULL) {
        m->scalars[c->counter->first_leaf] = m->next_counter;
    }
    form->trap = m->trap;
    form->memory_trap = m->memory_trap;
    form->trap_vector = m->vector;
    form->trap_argument = m->argument;
    form->points = m->points;
    form->point_count = m->point_count;
    form->next = m->scalars;
    form->writes = m->writes;
    form->write_count = m->write_count;
}

static void check_form(struct checker *c, const struct syntax *instruction, const struct syntax *own, const char *text) {
    struct form_parts parts = {NULL, NULL, "", "", c->mode_count >= 64 ? UINT64_MAX : ((uint64_t)1 << c->mode_count) - 1, false};
    collect_parts(c, instruction->child[0], &parts);
    if (own != NULL) {
        collect_parts(c, own->child[0], &parts);
    }
    for (size_t i = 0; i < c->form_count; i++) {
        if (strcmp(c->forms[i].text, text) == 0) {
            report(c->r, own == NULL ? instruction : own, "form \"%s\" is declared twice", text);
            return;
        }
    }
    machine_reset(c);
    c->form_text = text;
    if (c->options->drop_instruction != NULL && strcmp(c->options->drop_instruction, text) == 0) {
        c->drop_point = c->options->drop_point;
    }
    bind_settings(c, parts.settings);
    bind_operands(c, parts.operands);
    run_templates(c, instruction->child[0]);
    execute_block(c, instruction->child[1]);
    size_t at = APPEND(c, c->forms, c->form_count, c->form_capacity);
    struct form *form = &c->forms[at];
    const char *file = c->r->files[instruction->file]->path;
    form->instruction = instruction->text;
    form->title = instruction->child[2] == NULL ? "" : instruction->child[2]->text;
    form->text = text;
    form->encoding = parts.encoding;
    form->source = parts.source;
    form->modes = parts.modes;
    form->place = (struct place){file, instruction->line, instruction->column};
    form->end = (struct place){file, instruction->end_line, 1};
    finish_operands(c, form, parts.operands);
    finish_state(c, form);
}

static void add_notes(struct checker *c, const struct syntax *s, size_t first) {
    size_t count = 0;
    for (const struct syntax *i = s->child[1]; i != NULL; i = i->next) {
        count += i->kind == SYNTAX_NOTE ? 1 : 0;
    }
    const char **notes = arena_allocate(c->arena, (count + 1) * sizeof *notes);
    size_t at = 0;
    for (const struct syntax *i = s->child[1]; i != NULL; i = i->next) {
        if (i->kind == SYNTAX_NOTE) {
            notes[at++] = i->text;
        }
    }
    for (size_t f = first; f < c->form_count; f++) {
        c->forms[f].notes = notes;
        c->forms[f].note_count = count;
    }
}

void check_instruction(struct checker *c, const struct syntax *s) {
    size_t first = c->form_count;
    bool any = false;
    for (const struct syntax *i = s->child[1]; i != NULL; i = i->next) {
        if (i->kind == SYNTAX_FORM) {
            any = true;
            check_form(c, s, i, i->text);
        }
    }
    if (!any) {
        check_form(c, s, NULL, s->text);
    }
    add_notes(c, s, first);
}

/* Functions and procedures are also checked by themselves, so that errors in unused ones are found. */
void check_procedures(struct checker *c) {
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        if (s->kind != SYNTAX_FUNCTION && s->kind != SYNTAX_PROCEDURE) {
            continue;
        }
        struct definition *d = find_definition(c, s->text);
        if (d == NULL || d->syntax != s) {
            continue;
        }
        machine_reset(c);
        bool good = true;
        for (const struct syntax *p = s->child[0]; p != NULL; p = p->next) {
            const struct type *type = resolve_type(c, p->child[0]);
            struct value unknown = {VALUE_UNDEFINED, NULL, NULL, 0};
            struct value v = type == NULL ? error_value() : convert(c, p, unknown, type);
            good = good && v.kind == VALUE_TYPED;
            bind_local(c, p->text, v);
        }
        d->active = true;
        if (good && s->kind == SYNTAX_FUNCTION) {
            (void)evaluate_as(c, s->child[2], resolve_type(c, s->child[1]));
        } else if (good) {
            execute_block(c, s->child[1]->child[0]);
        }
        d->active = false;
    }
}
