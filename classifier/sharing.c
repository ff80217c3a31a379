/* Verdicts that are one question are decided once. */
#include "classification.h"

#include <stdlib.h>

/* Verdicts that are one question: forms of one template, and modes whose states are asked about together. */
static bool same_question(const struct classifier *c, const struct form_verdict *a, const struct form_verdict *b) {
    const struct isa *isa = c->context.isa;
    return isa->forms[a->form].semantics[a->mode] == isa->forms[b->form].semantics[b->mode] &&
           isa->modes[a->mode].states == isa->modes[b->mode].states;
}

static size_t question_hash(const struct classifier *c, const struct form_verdict *v) {
    uintptr_t h = (uintptr_t)c->context.isa->forms[v->form].semantics[v->mode] / 16 * 31 + c->context.isa->modes[v->mode].states;
    return (size_t)(h * 0x9E3779B97F4A7C15u >> 20);
}

bool find_equals(struct classifier *c) {
    size_t size = 64;
    while (size < 2 * c->verdict_count) {
        size *= 2;
    }
    unsigned *table = calloc(size, sizeof *table);
    for (size_t i = 0; table != NULL && i < c->verdict_count; i++) {
        size_t at = question_hash(c, &c->verdicts[i]) & (size - 1);
        while (table[at] != 0 && !same_question(c, &c->verdicts[table[at] - 1], &c->verdicts[i])) {
            at = (at + 1) & (size - 1);
        }
        table[at] = table[at] == 0 ? (unsigned)i + 1 : table[at];
        c->verdicts[i].same_as = table[at] - 1;
    }
    free(table);
    return table != NULL;
}

void copy_verdict(struct classifier *c, struct form_verdict *v) {
    const struct form_verdict *decided = &c->verdicts[v->same_as];
    struct form_verdict copy = *decided;
    copy.form = v->form;
    copy.mode = v->mode;
    copy.same_as = v->same_as;
    *v = copy;
    if (c->index != NULL) {
        const struct isa *isa = c->context.isa;
        (void)fprintf(c->index, "%s\t%s\tall\t\tas\t%s in %s\n", isa->forms[v->form].text, isa->modes[v->mode].name, isa->forms[decided->form].text,
                      isa->modes[decided->mode].name);
    }
}
