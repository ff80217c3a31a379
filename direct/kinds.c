/* From the verdicts about forms to what direct execution does with them. */
#include "direct.h"

#include "../classifier/classifier.h"

#include <string.h>

/* What a term may depend on in a transfer whose target is known before it is executed. */
static bool is_known(const struct isa *isa, const struct semantics *s, symbol name) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == name) {
            return isa->leaves[i].class == CLASS_COUNTER || isa->leaves[i].class == CLASS_MODE;
        }
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        if (s->operands[i].symbol == name) {
            return strcmp(s->operands[i].kind, "immediate") == 0;
        }
    }
    return name == isa->length;
}

/* Whether it is known where the counter goes, conditions aside: they choose between places that are known. */
static bool goes_to_known_places(const struct isa *isa, const struct semantics *s, term t) {
    struct term_view v = term_look(isa->pool, t);
    if (v.operation == TERM_APPLY && !is_known(isa, s, v.symbol)) {
        return false;
    }
    for (unsigned i = v.operation == TERM_IF ? 1 : 0; i < v.argument_count; i++) {
        if (!goes_to_known_places(isa, s, v.arguments[i])) {
            return false;
        }
    }
    return true;
}

static bool is_direct(const struct isa *isa, const struct semantics *s) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].class == CLASS_COUNTER && s->next[i] != TERM_NONE && !goes_to_known_places(isa, s, s->next[i])) {
            return false;
        }
    }
    return true;
}

void direct_kinds(const struct classification *c, unsigned mode, uint8_t *kinds) {
    const struct isa *isa = c->isa;
    memset(kinds, DIRECT_SENSITIVE, isa->form_count);
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        const struct semantics *s = isa->forms[v->form].semantics[v->mode];
        if (v->mode != mode || s == NULL) {
            continue;
        }
        bool harmless = v->answers[QUESTION_HOLE] == ANSWER_NO && v->answers[QUESTION_TIMING] == ANSWER_NO && v->answers[QUESTION_IDENTITY] == ANSWER_NO;
        if (v->class == VERDICT_INNOCUOUS && harmless) {
            kinds[v->form] = is_direct(isa, s) ? DIRECT_NATIVE : DIRECT_TRANSFER;
        } else if (v->privileged == ANSWER_YES) {
            kinds[v->form] = DIRECT_PRIVILEGED;
        }
    }
}
