/* What a form is made of, what it does in each mode, and in which modes it exists. */
#ifndef POPEK_ISA_MODEL_FORM_PARTS_H
#define POPEK_ISA_MODEL_FORM_PARTS_H

#include "elaborate.h"

/* The parts of a form's own line before those of the instruction's or family's header. */
struct parts {
    const struct syntax *header; /* the instruction or family */
    const struct syntax *own;    /* the form or row; NULL: the instruction is its own form */
    struct size_entry entry;
    const char *text; /* as written, sizes replaced */
};

/* A row of a family, which has templates and no body. */
static inline bool is_row(const struct parts *p) { return p->header->kind == SYNTAX_FAMILY; }

/* The part of this kind, its own before the header's; NULL: there is none. */
const struct syntax *find_part(const struct parts *p, enum syntax_kind kind);
/* Its text; "": there is none. */
const char *text_of(const struct parts *p, enum syntax_kind kind);
/* The modes in which the form exists, a bit for each: those that `modes` names and in which each `when` holds. */
uint64_t modes_of(struct checker *c, const struct parts *p);

/* What the form does in each of form->modes. Nothing where other instructions alone are asked for, or after an error. */
void fill_semantics(struct checker *c, struct form *form, const struct parts *p);

#endif
