/* A witness as [question, claim, roles, outcomes, rows before, rows after, unnoticed]; a row is [name, value, value, marked], and everything but
 * `marked` is the number of a text. Of one state there are rows before only: its values before and after the step. */
#include "html.h"
#include "witness_rows.h"
#include "wording.h"

#include <string.h>

struct writer {
    FILE *out;
    const struct witness *witness;
    const struct component_list *list;
    struct text_table *strings;
};

static size_t value_number(const struct writer *w, const struct component *c, word128 value) {
    char text[128];
    value_text(c->leaf, c->width, value, text, sizeof text);
    return text_table_number(w->strings, text);
}

static void write_row(const struct writer *w, const struct component *c, word128 a, word128 b, bool marked, bool *first) {
    (void)fprintf(w->out, "%s[%zu,%zu,%zu,%d]", *first ? "" : ",", text_table_number(w->strings, c->name), value_number(w, c, a),
                  value_number(w, c, b), marked ? 1 : 0);
    *first = false;
}

static void write_rows(const struct writer *w, bool after) {
    const struct witness *k = w->witness;
    bool first = true;
    (void)fputc('[', w->out);
    for (size_t i = 0; i < w->list->count; i++) {
        const struct component *c = &w->list->items[i];
        if (k->state_count == 1) {
            if (!after && witness_shows(k, c)) {
                word128 before = component_before(c, &k->states[0]);
                word128 then = component_after(c, &k->states[0]);
                write_row(w, c, before, then, before != then, &first);
            }
        } else if (after && witness_shows_after(k, c)) {
            write_row(w, c, component_after(c, &k->states[0]), component_after(c, &k->states[1]), witness_marks_after(k, c), &first);
        } else if (!after && witness_shows_before(k, c)) {
            write_row(w, c, component_before(c, &k->states[0]), component_before(c, &k->states[1]), witness_marks_before(k, c), &first);
        }
    }
    (void)fputs("],", w->out);
}

static void write_unnoticed(const struct writer *w) {
    const char *separator = "";
    (void)fputc('[', w->out);
    for (size_t i = 0; i < w->list->count; i++) {
        if (witness_unnoticed(w->witness, &w->list->items[i])) {
            (void)fprintf(w->out, "%s%zu", separator, text_table_number(w->strings, w->list->items[i].name));
            separator = ",";
        }
    }
    (void)fputc(']', w->out);
}

bool html_witness(FILE *out, const struct classification *c, const struct form_verdict *v, struct text_table *strings) {
    const struct witness *k = v->witness;
    struct component_list list;
    if (!components_of(c->isa, c->isa->forms[v->form].semantics[v->mode], k, &list)) {
        return false;
    }
    const struct writer w = {out, k, &list, strings};
    (void)fprintf(out, "[%zu,%zu,[", text_table_number(strings, question_name(k->question)), text_table_number(strings, witness_claim(k)));
    for (unsigned i = 0; i < k->state_count; i++) {
        (void)fprintf(out, "%s%zu", i == 0 ? "" : ",", text_table_number(strings, k->states[i].role));
    }
    (void)fputs("],[", out);
    for (unsigned i = 0; i < k->state_count; i++) {
        char outcome[256];
        outcome_text(c->isa, &k->states[i].result, outcome, sizeof outcome);
        (void)fprintf(out, "%s%zu", i == 0 ? "" : ",", text_table_number(strings, outcome));
    }
    (void)fputs("],", out);
    write_rows(&w, false);
    write_rows(&w, true);
    write_unnoticed(&w);
    (void)fputc(']', out);
    components_free(&list);
    return true;
}
