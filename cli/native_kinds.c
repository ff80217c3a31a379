/* What direct execution may run: decided by the classifier when a guest is started. */
#include "native_kinds.h"

#include "../direct/direct.h"

#include <stdlib.h>

static uint8_t *decide_kinds(const struct isa *isa, const char *mode, int *code) {
    const struct selection s = {.mode = mode, .profile = "direct_execution_gated", .definition = DEFINITION_REPAIRED};
    struct classify_options o;
    if (!resolve_selection(&s, isa, NULL, &o)) {
        return NULL;
    }
    uint8_t *kinds = calloc(isa->form_count + 1, 1);
    struct classification *c = kinds == NULL ? NULL : decide_or_complain(isa, &o, code);
    bool good = c != NULL && direct_kinds(c, (unsigned)o.mode, kinds);
    classification_free(c);
    if (!good) {
        free(kinds);
        return NULL;
    }
    return kinds;
}

bool native_kinds_make(struct native_kinds *k, int *code) {
    struct source_reader reader;
    const struct isa_options all = {.only = NULL};
    char *message = NULL;
    *k = (struct native_kinds){.isa = load_isa("x86", &all, &reader, code)};
    k->tables.matcher = k->isa == NULL ? NULL : matcher_of_isa(k->isa, &message);
    free(message);
    k->tables.kinds32 = k->own32 = k->tables.matcher == NULL ? NULL : decide_kinds(k->isa, "protected", code);
    k->tables.kinds16 = k->own16 = k->own32 == NULL ? NULL : decide_kinds(k->isa, "protected16", code);
    return k->own16 != NULL;
}

void native_kinds_free(struct native_kinds *k) {
    free(k->own32);
    free(k->own16);
    matcher_free(k->tables.matcher);
    isa_free(k->isa);
}
