/* A witness as a table of two columns: before and after, or the two states that are compared. Only what matters is shown. */
#include "witness_text.h"

#include "states.h"

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

static const char *claim(const struct witness *w) {
    switch (w->question) {
    case QUESTION_HOLE:
        return "The same step in the virtual machine and on the hardware under the monitor: afterwards the two no longer correspond.";
    case QUESTION_CONTROL:
    case QUESTION_USER_CONTROL:
        if (w->states[0].result.outcome == STEP_TRAP) { /* the literal definition */
            return "A state in which it traps. By the text of 1974 the trap itself changes the mode and the resources: it loads a new PSW, which may "
                   "differ from the old one in every part.";
        }
        return "A state in which it changes the mode or a resource and does not trap.";
    case QUESTION_LOCATION:
    case QUESTION_USER_LOCATION:
        return "Two states that look the same to the program and differ in where it lies or in what the monitor has changed; the results differ.";
    case QUESTION_MODE:
        return "Two states that look the same to the program and differ in the mode; the results differ.";
    case QUESTION_USER_ESCAPES:
        return "A user state in which it does not trap.";
    case QUESTION_TIMING:
        return "Two states that differ in time alone; the results differ.";
    case QUESTION_IDENTITY:
        return "Two states that differ in which machine this is alone; the results differ.";
    case QUESTION_SUPERVISOR_RUNS:
    case QUESTION_COUNT:
        break;
    }
    return "A state in which it completes.";
}

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
        if (before != after || c->is_difference || (c->is_read && before != 0)) {
            write_row(t, c, before, after, before != after);
        }
    }
}

/* Of what differs before, only what the instruction reads can matter; the mode is always told. */
static bool is_shown_before(const struct witness *w, const struct component *c) {
    word128 a = component_before(c, &w->states[0]);
    word128 b = component_before(c, &w->states[1]);
    bool is_mode = c->leaf != NULL && c->leaf->class == CLASS_MODE;
    return c->is_difference || (c->is_read && (a != 0 || b != 0)) || (is_mode && a != b);
}

static bool is_shown_after(const struct witness *w, const struct component *c) {
    word128 a = component_after(c, &w->states[0]);
    word128 b = component_after(c, &w->states[1]);
    return c->is_state && (c->is_difference || a != component_before(c, &w->states[0]) || b != component_before(c, &w->states[1]));
}

/* What changes in the virtual machine is the monitor's to keep; natively it is not told. */
static void write_unnoticed(const struct table *t) {
    const struct witness_state *machine = &t->witness->states[0];
    for (size_t i = 0; i < t->list->count; i++) {
        const struct component *c = &t->list->items[i];
        bool kept = c->leaf != NULL && (c->leaf->class == CLASS_MODE || c->leaf->class == CLASS_RESOURCE);
        if (kept && c->is_difference && component_before(c, machine) != component_after(c, machine)) {
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
        if (is_shown_before(w, c)) {
            word128 a = component_before(c, &w->states[0]);
            word128 b = component_before(c, &w->states[1]);
            write_row(t, c, a, b, a != b && w->question != QUESTION_HOLE);
        }
    }
    bool differ = strcmp(outcome[0], outcome[1]) != 0;
    (void)fprintf(t->out, "  %s%c %-*s %-*s %s%s\n", differ ? t->paint->bad : "", differ ? '*' : ' ', (int)NAME_COLUMN, "the instruction",
                  (int)VALUE_COLUMN, outcome[0], outcome[1], differ ? t->paint->plain : "");
    (void)fputs("  after\n", t->out);
    for (size_t i = 0; i < t->list->count; i++) {
        const struct component *c = &t->list->items[i];
        if (is_shown_after(w, c)) {
            bool marked = w->question == QUESTION_HOLE ? c->is_difference : component_after(c, &w->states[0]) != component_after(c, &w->states[1]);
            write_row(t, c, component_after(c, &w->states[0]), component_after(c, &w->states[1]), marked);
        }
    }
    if (w->question == QUESTION_HOLE) {
        write_unnoticed(t);
    }
}

bool write_witness(FILE *out, const struct classification *c, const struct form_verdict *v, const struct paint *paint) {
    struct component_list list;
    if (!components_of(c->isa, c->isa->forms[v->form].semantics[v->mode], v->witness, &list)) {
        return false;
    }
    const struct table t = {out, c, v->witness, &list, paint};
    (void)fprintf(out, "%switness%s (%s)  ", paint->bold, paint->plain, question_name(v->witness->question));
    write_wrapped(out, 13 + (unsigned)strlen(question_name(v->witness->question)), 2, claim(v->witness));
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
