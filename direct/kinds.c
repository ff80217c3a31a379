/* From the verdicts about forms to what direct execution does with them. */
#include "direct.h"

#include "../classifier/classifier.h"
#include "../isa-model/term_cone.h"

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

/* What the profile direct_execution_gated shadows and direct_execution does not. */
static const struct {
    const char *component;
    uint8_t gate;
} gate_components[] = {
    {"cr0.ts", DIRECT_GATE_X87},      {"cr0.em", DIRECT_GATE_X87}, {"cr4.osfxsr", DIRECT_GATE_SSE}, {"cr4.osxmmexcpt", DIRECT_GATE_SSE},
    {"cr4.osxsave", DIRECT_GATE_AVX}, {"xcr0", DIRECT_GATE_AVX},   {"xfd", DIRECT_GATE_AVX}};

/* All terms that say what a form does; a component that it keeps is none. */
static size_t roots_of(const struct isa *isa, const struct semantics *s, term *roots) {
    size_t count = 0;
    roots[count++] = s->trap;
    roots[count++] = s->memory_trap;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0) {
            struct term_view v = term_look(isa->pool, s->next[i]);
            if (v.operation != TERM_APPLY || v.symbol != isa->leaves[i].symbol) {
                roots[count++] = s->next[i];
            }
        }
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        roots[count++] = s->operands[i].next;
    }
    for (size_t i = 0; i < s->write_count; i++) {
        roots[count++] = s->writes[i].guard;
        roots[count++] = s->writes[i].index;
        roots[count++] = s->writes[i].value;
    }
    return count;
}

static bool gates_of_form(const struct isa *isa, const struct semantics *s, struct cone *cone, uint8_t *gates) {
    term *roots = calloc(2 + isa->leaf_count + s->operand_count + 3 * s->write_count, sizeof *roots);
    bool good = roots != NULL && cone_collect(cone, roots, roots_of(isa, s, roots));
    for (size_t k = 0; good && k < sizeof gate_components / sizeof gate_components[0]; k++) {
        for (size_t i = 0; i < isa->leaf_count; i++) {
            if (strcmp(isa->leaves[i].name, gate_components[k].component) == 0 &&
                cone_contains(cone, term_apply(isa->pool, isa->leaves[i].symbol, NULL, 0))) {
                *gates |= gate_components[k].gate;
            }
        }
    }
    free(roots);
    return good;
}

bool direct_gates(const struct isa *isa, unsigned mode, uint8_t *gates) {
    struct cone *cone = cone_new(isa->pool);
    bool good = cone != NULL;
    for (size_t form = 0; good && form < isa->form_count; form++) {
        const struct semantics *s = isa->forms[form].semantics[mode];
        gates[form] = 0;
        good = s == NULL || gates_of_form(isa, s, cone, &gates[form]);
    }
    cone_free(cone);
    return good;
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
