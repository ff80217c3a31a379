/* Looks for components of the classes mode, resource, clock and identity in what a form reads and writes. */
#include "system_forms.h"

#include <stdlib.h>
#include <string.h>

struct system_forms {
    const struct isa *isa;
    bool *reads; /* by term: it is built of such a component */
};

/* Components that nearly every extension asks about, and the code segment's limit, which every transfer does. */
static bool is_gate(const char *name) {
    static const char *const gates[] = {"cr0.em",   "cr0.ts", "cr0.ne", "cr0.mp",   "cr4.osfxsr", "cr4.osxsave",  "cr4.osxmmexcpt",
                                        "cr4.la57", "xcr0",   "xfd",    "cs.limit", "cs.base",    "ss.db",        "es.base",
                                        "pe",       "vm",     "v386",   "guest",    "smm",        "random_source"};
    for (size_t i = 0; i < sizeof gates / sizeof gates[0]; i++) {
        if (strcmp(gates[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_system_leaf(const struct leaf *l) {
    bool system = l->class == CLASS_MODE || l->class == CLASS_RESOURCE || l->class == CLASS_CLOCK || l->class == CLASS_IDENTITY;
    return system && !is_gate(l->name);
}

struct system_forms *system_forms_new(const struct isa *isa) {
    struct system_forms *s = calloc(1, sizeof *s);
    size_t count = term_pool_size(isa->pool);
    bool *symbols = calloc(term_symbol_count(isa->pool) + 1, sizeof *symbols);
    if (s != NULL) {
        s->isa = isa;
        s->reads = calloc(count + 1, sizeof *s->reads);
    }
    if (s == NULL || symbols == NULL || s->reads == NULL) {
        free(symbols);
        system_forms_free(s);
        return NULL;
    }
    for (size_t i = 0; i < isa->leaf_count; i++) {
        symbols[isa->leaves[i].symbol] = is_system_leaf(&isa->leaves[i]);
    }
    for (term t = 0; t < count; t++) { /* arguments come first */
        struct term_view v = term_look(isa->pool, t);
        s->reads[t] = v.operation == TERM_APPLY && symbols[v.symbol];
        for (unsigned i = 0; i < v.argument_count; i++) {
            s->reads[t] = s->reads[t] || s->reads[v.arguments[i]];
        }
    }
    free(symbols);
    return s;
}

void system_forms_free(struct system_forms *s) {
    if (s != NULL) {
        free(s->reads);
        free(s);
    }
}

static bool is_kept(const struct isa *isa, const struct leaf *leaf, term next) {
    struct term_view v = term_look(isa->pool, next);
    return v.operation == TERM_APPLY && v.argument_count == 0 && v.symbol == leaf->symbol;
}

bool is_system_form(const struct system_forms *s, const struct semantics *m) {
    const struct isa *isa = s->isa;
    bool system = s->reads[m->trap];
    for (size_t i = 0; i < isa->leaf_count && !system; i++) {
        const struct leaf *l = &isa->leaves[i];
        system = l->index_width == 0 && !is_kept(isa, l, m->next[i]) && (is_system_leaf(l) || s->reads[m->next[i]]);
    }
    for (size_t i = 0; i < m->operand_count && !system; i++) {
        system = s->reads[m->operands[i].next];
    }
    for (size_t i = 0; i < m->write_count && !system; i++) {
        system = is_system_leaf(&isa->leaves[m->writes[i].leaf]) || s->reads[m->writes[i].value];
    }
    return system;
}
