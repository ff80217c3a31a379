/* From the verdicts about forms to what direct execution does with them. */
#include "direct.h"

#include "../classifier/classifier.h"

#include "../vmm-model/x86/dispatcher.h"
#include "../x86-tables/transfer.h"

#include <stdlib.h>
#include <string.h>

/* Does the form reach a device? `marks` has a byte for each term, all 0, and is so again afterwards. */
static bool reaches_device(const struct isa *isa, const struct semantics *s, unsigned char *marks) {
    bool found = false;
    for (size_t i = 0; i < s->operand_count; i++) {
        term_mark(isa->pool, s->operands[i].next, marks);
    }
    for (size_t i = 0; i < s->write_count; i++) {
        found = found || isa->leaves[s->writes[i].leaf].kind == RESOURCE_IO;
    }
    for (size_t t = 0; t < term_pool_size(isa->pool); t++) {
        struct term_view v = marks[t] != 0 && !found ? term_look(isa->pool, (term)t) : (struct term_view){.operation = TERM_CONSTANT};
        for (size_t i = 0; v.operation == TERM_APPLY && i < isa->leaf_count; i++) {
            found = found || (isa->leaves[i].kind == RESOURCE_IO && isa->leaves[i].symbol == v.symbol);
        }
        marks[t] = 0;
    }
    return found;
}

bool direct_kinds(const struct classification *c, unsigned mode, uint8_t *kinds) {
    const struct isa *isa = c->isa;
    unsigned char *marks = calloc(term_pool_size(isa->pool), 1);
    if (marks == NULL) {
        return false;
    }
    memset(kinds, DIRECT_SENSITIVE, isa->form_count);
    for (size_t i = 0; i < c->verdict_count; i++) {
        const struct form_verdict *v = &c->verdicts[i];
        const struct semantics *s = isa->forms[v->form].semantics[v->mode];
        if (v->mode != mode || s == NULL) {
            continue;
        }
        bool harmless =
            v->answers[QUESTION_HOLE] == ANSWER_NO && v->answers[QUESTION_TIMING] == ANSWER_NO && v->answers[QUESTION_IDENTITY] == ANSWER_NO;
        if (v->class == VERDICT_INNOCUOUS && harmless) {
            kinds[v->form] = (transfer_places(isa, s) & TRANSFER_COMPUTED) == 0 ? DIRECT_NATIVE : DIRECT_TRANSFER;
        } else if (v->privileged == ANSWER_YES) {
            kinds[v->form] = reaches_device(isa, s, marks) ? DIRECT_INPUT_OUTPUT : DIRECT_PRIVILEGED;
        }
    }
    free(marks);
    return true;
}

enum direct_decision direct_decide(const struct direct_event *event, bool is_device, unsigned cpl, unsigned iopl) {
    static const uint32_t kinds[] = {[DIRECT_NATIVE] = X86_INNOCUOUS,
                                     [DIRECT_TRANSFER] = X86_INNOCUOUS,
                                     [DIRECT_PRIVILEGED] = X86_PRIVILEGED,
                                     [DIRECT_INPUT_OUTPUT] = X86_INPUT_OUTPUT,
                                     [DIRECT_SENSITIVE] = X86_SENSITIVE};
    uint32_t kind = event->is_decoded ? kinds[event->kind] : X86_UNKNOWN;
    switch (event->stop) {
    case DIRECT_INSTRUCTION: /* what is in its place is HLT */
        return (enum direct_decision)x86_dispatch(13, kind, X86_NOWHERE, cpl & 3, iopl & 3);
    case DIRECT_TRAP:
        return (enum direct_decision)x86_dispatch(event->vector, kind,
                                                  !event->has_address ? X86_NOWHERE
                                                  : is_device         ? X86_A_DEVICE
                                                                      : X86_GUESTS,
                                                  cpl & 3, iopl & 3);
    case DIRECT_ESCAPE:
        return (enum direct_decision)x86_dispatch(event->system_call >= 0 ? X86_SYSTEM_CALL : X86_HOST_SELECTOR, kind, X86_NOWHERE, cpl & 3,
                                                  iopl & 3);
    case DIRECT_LOST:
        return DIRECT_DECIDE_STOP;
    default:
        return DIRECT_DECIDE_RESUME;
    }
}
