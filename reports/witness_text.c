/* A witness as a table of two columns: before and after, or the two states that are compared. Only what matters is shown. */
#include "witness_text.h"

#include "states.h"
#include "witness_rows.h"

#include <string.h>

#define NAME_COLUMN 26u
#define VALUE_COLUMN 24u

struct table {
    FILE *out;
    const struct classification *c;
    const struct witness *witness;
    const struct component_list *list;
    const struct paint *paint;
};

static void shown(const struct component *c, word128 value, char text[64]) {
    value_text(c->leaf, c->width, value, text, 64);
    if (strlen(text) > VALUE_COLUMN) {
        /* Long numbers lose their middle, never their ends. */
        memmove(text + 12, text + strlen(text) - 9, 10);
        text[10] = '.';
        text[11] = '.';
    }
}

static void write_row(const struct table *t, const struct component *c, word128 a, word128 b, bool marked) {
    char left[64];
    char right[64];
    shown(c, a, left);
    shown(c, b, right);
    char name[NAME_COLUMN + 1];
    bool whole = strlen(c->name) <= NAME_COLUMN;
    (void)snprintf(name, sizeof name, "%.*s%s", (int)(whole ? NAME_COLUMN : NAME_COLUMN - 2), c->name, whole ? "" : "..");
    (void)fprintf(t->out, "  %s%c %-*s %-*s %s%s\n", marked ? t->paint->bad : "", marked ? '*' : ' ', (int)NAME_COLUMN, name, (int)VALUE_COLUMN, left,
                  right, marked ? t->paint->plain : "");
}

static void write_columns(const struct table *t, const char *left, const char *right) {
    (void)fprintf(t->out, "    %-*s %s%-*s %s%s\n", (int)NAME_COLUMN, "", t->paint->bold, (int)VALUE_COLUMN, left, right, t->paint->plain);
}

static void write_one(const struct table *t) {
    const struct witness_state *state = &t->witness->states[0];
    char outcome[256];
    outcome_text(t->c->isa, &state->result, outcome, sizeof outcome);
    (void)fprintf(t->out, "  From this state it %s.\n", outcome);
    write_columns(t, "before", "after");
    for (size_t i = 0; i < t->list->count; i++) {
        const struct component *c = &t->list->items[i];
        word128 before = component_before(c, state);
        word128 after = component_after(c, state);
        if (witness_shows(t->witness, c)) {
            write_row(t, c, before, after, before != after);
        }
    }
}

/* What changes in the virtual machine is the monitor's to keep; natively it is not told. */
static void write_unnoticed(const struct table *t) {
    for (size_t i = 0; i < t->list->count; i++) {
        const struct component *c = &t->list->items[i];
        if (witness_unnoticed(t->witness, c)) {
            char text[512];
            (void)snprintf(text, sizeof text, "In the virtual machine %s changes; natively the monitor, which keeps it, never learns of that.",
                           c->name);
            (void)fputs("  ", t->out);
            write_wrapped(t->out, 2, 2, text);
        }
    }
}

static void write_two(const struct table *t) {
    const struct witness *w = t->witness;
    char outcome[2][256];
    outcome_text(t->c->isa, &w->states[0].result, outcome[0], sizeof outcome[0]);
    outcome_text(t->c->isa, &w->states[1].result, outcome[1], sizeof outcome[1]);
    write_columns(t, w->states[0].role, w->states[1].role);
    (void)fputs("  before\n", t->out);
    for (size_t i = 0; i < t->list->count; i++) {
        const struct component *c = &t->list->items[i];
        if (witness_shows_before(w, c)) {
            write_row(t, c, component_before(c, &w->states[0]), component_before(c, &w->states[1]), witness_marks_before(w, c));
        }
    }
    bool differ = strcmp(outcome[0], outcome[1]) != 0;
    (void)fprintf(t->out, "  %s%c %-*s %-*s %s%s\n", differ ? t->paint->bad : "", differ ? '*' : ' ', (int)NAME_COLUMN, "the instruction",
                  (int)VALUE_COLUMN, outcome[0], outcome[1], differ ? t->paint->plain : "");
    (void)fputs("  after\n", t->out);
    for (size_t i = 0; i < t->list->count; i++) {
        const struct component *c = &t->list->items[i];
        if (witness_shows_after(w, c)) {
            write_row(t, c, component_after(c, &w->states[0]), component_after(c, &w->states[1]), witness_marks_after(w, c));
        }
    }
    write_unnoticed(t);
}

bool write_witness(FILE *out, const struct classification *c, const struct form_verdict *v, const struct paint *paint) {
    struct component_list list;
    if (!components_of(c->isa, c->isa->forms[v->form].semantics[v->mode], v->witness, &list)) {
        return false;
    }
    const struct table t = {out, c, v->witness, &list, paint};
    (void)fprintf(out, "%switness%s (%s)  ", paint->bold, paint->plain, question_name(v->witness->question));
    write_wrapped(out, 13 + (unsigned)strlen(question_name(v->witness->question)), 2, witness_claim(v->witness));
    if (v->witness->state_count == 2) {
        write_two(&t);
    } else {
        write_one(&t);
    }
    (void)fputs(v->witness->question == QUESTION_HOLE ? "  * does not correspond; what is not shown does, or is not read.\n"
                                                      : "  * differs; what is not shown is equal, or not read.\n",
                out);
    components_free(&list);
    return true;
}
