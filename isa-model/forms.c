/* Instructions and families become forms, one for each line, size and spelling; functions and procedures are checked by themselves too. */
#include "form_parts.h"

#include <string.h>

static void check_form(struct checker *c, const struct parts *p) {
    const struct syntax *at = p->own == NULL ? p->header : p->own;
    struct form form = {0};
    form.text = p->own == NULL ? p->text : shown_text(c, p->text, false);
    const char *key = arena_format(c->arena, "form %s", form.text);
    if (find_definition(c, key) != NULL) {
        report(c->r, at, "form \"%s\" is declared twice", form.text);
        return;
    }
    (void)define(c, at, key, DEFINES_FORM);
    form.pattern = p->own == NULL ? p->text : shown_text(c, p->text, true);
    form.instruction = is_row(p) ? arena_format(c->arena, "%.*s", (int)strcspn(form.text, " "), form.text) : p->header->text;
    form.title = p->header->child[2] == NULL ? "" : p->header->child[2]->text;
    if (p->header->kind == SYNTAX_EVENT && find_part(p, SYNTAX_ENCODING) != NULL) {
        report(c->r, at, "event '%s' has an encoding; what has one is an instruction", p->header->text);
    }
    form.encoding = expand_text(c, &p->entry, text_of(p, SYNTAX_ENCODING));
    form.source = text_of(p, SYNTAX_SOURCE);
    form.extension = expand_text(c, &p->entry, text_of(p, SYNTAX_EXTENSION));
    form.modes = modes_of(c, p);
    if (form.modes == 0) {
        return; /* an entry of sizes that the modes leave out */
    }
    const struct syntax *shown = is_row(p) && p->own != NULL ? p->own : p->header;
    const char *file = c->r->files[shown->file]->path;
    form.place = (struct place){file, shown->line, shown->column};
    form.end = (struct place){file, shown->end_line, 1};
    fill_semantics(c, &form, p);
    size_t index = APPEND(c, c->forms, c->form_count, c->form_capacity);
    c->forms[index] = form;
}

static void check_sizes_of(struct checker *c, struct parts *p) {
    const struct syntax *sizes = find_part(p, SYNTAX_FOR);
    const char *text = p->own == NULL ? p->header->text : p->own->text;
    p->entry = (struct size_entry){NULL, NULL, NULL};
    p->text = text;
    if (sizes == NULL) {
        check_form(c, p);
        return;
    }
    for (const struct syntax *e = size_entries(c, sizes, sizes->text, &p->entry); e != NULL; e = e->next) {
        p->entry.values = e->child[0];
        p->text = expand_text(c, &p->entry, text);
        check_form(c, p);
    }
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
    bool any = s->kind == SYNTAX_FAMILY;
    struct parts p = {s, NULL, {NULL, NULL, NULL}, NULL};
    for (const struct syntax *i = s->child[1]; i != NULL; i = i->next) {
        if (i->kind == SYNTAX_FORM) {
            any = true;
            p.own = i;
            check_sizes_of(c, &p);
        }
    }
    if (!any) {
        check_sizes_of(c, &p);
    }
    add_notes(c, s, first);
}

/* Functions and procedures are checked by themselves too, so that errors in unused ones are found. Where there are several modes, used ones are not:
 * they may make sense only in the modes in which they are called. */
void check_procedures(struct checker *c) {
    c->mode = 0;
    for (const struct syntax *s = c->r->declarations; s != NULL; s = s->next) {
        if (s->kind != SYNTAX_FUNCTION && s->kind != SYNTAX_PROCEDURE) {
            continue;
        }
        struct definition *d = find_definition(c, s->text);
        if (d == NULL || d->syntax != s || (d->used && c->mode_count > 1)) {
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
