/* Making syntax trees. */
#include "syntax.h"

#define MAXIMUM_DEPTH 300u

struct syntax *syntax_new(struct reading *r, enum syntax_kind kind, unsigned line, unsigned column, unsigned length) {
    struct syntax *s = arena_allocate(&r->arena, sizeof *s);
    s->kind = kind;
    s->file = r->current->number;
    s->line = line;
    s->column = column;
    s->length = length;
    s->end_line = line;
    s->depth = 1;
    return s;
}

void syntax_set(struct reading *r, struct syntax *s, unsigned child, struct syntax *value) {
    s->child[child] = value;
    for (const struct syntax *v = value; v != NULL; v = v->next) {
        if (v->depth + 1 > s->depth) {
            s->depth = v->depth + 1;
        }
    }
    if (s->depth > MAXIMUM_DEPTH && !r->gave_up) {
        r->gave_up = true;
        report(r, s, "nested too deeply (more than %u levels); split it with let or functions", MAXIMUM_DEPTH);
    }
}

struct syntax *syntax_append(struct syntax *list, struct syntax *more) {
    if (list == NULL) {
        return more;
    }
    /* The head of a list keeps its last element in child[3], so that long lists stay linear. */
    struct syntax *last = list->child[3] != NULL ? list->child[3] : list;
    last->next = more;
    list->child[3] = more;
    return list;
}
