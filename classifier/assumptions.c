/* The sentences that go with every result: what was assumed and what was left out. */
#include "classification.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sentences {
    char **list;
    size_t count;
    bool failed;
};

static void add(struct sentences *s, const char *before, const char *text) {
    char *sentence = NULL;
    char **larger = realloc(s->list, (s->count + 1) * sizeof *larger);
    if (larger == NULL) {
        s->failed = true;
        return;
    }
    s->list = larger;
    if (asprintf(&sentence, "%s%s", before, text) < 0) {
        s->failed = true;
        return;
    }
    s->list[s->count++] = sentence;
}

static bool any_memory_operand(const struct isa *isa) {
    for (size_t i = 0; i < isa->form_count; i++) {
        for (size_t mode = 0; mode < isa->mode_count; mode++) {
            const struct semantics *semantics = isa->forms[i].semantics[mode];
            for (size_t k = 0; semantics != NULL && k < semantics->operand_count; k++) {
                const char *kind = semantics->operands[k].kind;
                if (strcmp(kind, "memory") == 0 || strcmp(kind, "stack") == 0) {
                    return true;
                }
            }
        }
    }
    return false;
}

static bool any_array(const struct isa *isa) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width != 0 && isa->leaves[i].class != CLASS_MEMORY) {
            return true;
        }
    }
    return false;
}

bool collect_assumptions(const struct classifier *c, struct classification *result) {
    struct sentences s = {NULL, 0, false};
    const struct isa *isa = c->context.isa;
    const struct profile *profile = c->context.profile;
    for (size_t i = 0; i < profile->assumption_count; i++) {
        add(&s, "While the guest runs on the hardware: ", profile->assumptions[i].text);
    }
    for (size_t i = 0; i < profile->element_count; i++) {
        add(&s, "While the guest runs on the hardware, of every element that is read: ", profile->elements[i].text);
    }
    for (size_t i = 0; i < profile->note_count; i++) {
        add(&s, "", profile->notes[i]);
    }
    if (isa->undefined_count > 0) {
        add(&s, "",
            "Results that the manual leaves undefined are the same in two runs that are compared: they depend on neither mode nor resources.");
    }
    if (isa->opaque_count > 0) {
        add(&s, "", "Opaque functions depend on the values that are listed for them and on nothing else.");
    }
    if (any_memory_operand(isa)) {
        add(&s, "", "Memory and stack operands are inputs and outputs; a fault of their translation is a memory trap and outside the definitions.");
    }
    if (any_array(isa)) {
        add(&s, "", "Elements of arrays (descriptor tables, MSRs) do not overlap.");
    }
    if (profile->mapping_count > 0) {
        add(&s, "", "Mapped components are compared through the monitor's map, which clips bounds and so is not one to one.");
    }
    result->assumptions = (const char *const *)s.list;
    result->assumption_count = s.count;
    return !s.failed;
}
