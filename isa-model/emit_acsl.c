/* ACSL: a predicate or logic function for each result of a form, over exactly what it depends on; then the contracts made of them. */
#include "emit_contract.h"

bool always_true(const struct plan *plan, term t) {
    word128 value = 0;
    return term_is_constant(plan->isa->pool, t, &value) && value != 0;
}

bool always_false(const struct plan *plan, term t) {
    word128 value = 1;
    return term_is_constant(plan->isa->pool, t, &value) && value == 0;
}

bool is_predicate(enum result_kind kind) {
    return kind == RESULT_MEMORY_TRAP || kind == RESULT_TRAP || kind == RESULT_GUARD || kind == RESULT_REFUSED;
}

static void put_parameters(FILE *out, const struct plan *plan, const bool *used) {
    bool first = true;
    for (size_t i = 0; i < plan->input_count; i++) {
        if (used[i]) {
            fprintf(out, "%sinteger %s", first ? "(" : ", ", plan->inputs[i].name);
            first = false;
        }
    }
    fputs(first ? "" : ")", out);
}

static void put_definition(FILE *out, struct planner *p, const struct plan *plan, const struct result *r) {
    const struct expression e = {out, plan, p->sharing, true, false, p->virtual_isa == NULL ? NULL : p->prefix};
    const bool *used = used_inputs(p, plan, r->value);
    unsigned number = 0;
    fprintf(out, "  @ %s %s", is_predicate(r->kind) ? "predicate" : "logic integer", r->function);
    put_parameters(out, plan, used);
    fputs(" = ", out);
    for (size_t i = 0; i < sharing_count(p->sharing); i++) {
        term t = sharing_terms(p->sharing)[i];
        if (t != r->value && is_shared(plan, p->sharing, t)) {
            fprintf(out, "\\let t%u = ", number + 1);
            put_value(&e, t);
            fputs("; ", out);
            sharing_set_number(p->sharing, t, ++number);
        }
    }
    if (is_predicate(r->kind)) {
        put_condition(&e, r->value);
    } else {
        put_value(&e, r->value);
    }
    fputs(";\n", out);
}

void put_acsl_form(FILE *out, struct planner *p, struct plan *plan) {
    const char *before = arena_format(&p->arena, "\n/*@ // %s\n", plan->name);
    const char *after = "";
    for (size_t i = 0; i < plan->result_count; i++) {
        if (!plan->results[i].repeated) {
            fputs(before, out);
            put_definition(out, p, plan, &plan->results[i]);
            before = "";
            after = "  @*/\n";
        }
    }
    fputs(after, out);
    put_contract(out, p, plan);
}

/* What stays of relocated memory, by names: provers pass on such a fact as a whole, for the storage of a virtual machine too. */
static void put_memory(FILE *out, const struct planner *p) {
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        const struct leaf *leaf = &p->isa->leaves[i];
        const char *type = emitted_type(leaf->width);
        if (leaf->class == CLASS_MEMORY) {
            fprintf(out, "\n/*@ // %s\n  @ predicate %s_%s_same{L1,L2}(%s *before, %s *after, integer first, integer count) = ", p->leaf_names[i],
                    p->prefix, p->leaf_names[i], type, type);
            fputs("\\forall integer k; first <= k < count ==> \\at(after[k],L2) == \\at(before[k],L1);\n", out);
            fprintf(out, "  @ predicate %s_%s_elsewhere{L1,L2}(%s *before, %s *after, integer first, integer count, integer place) = ", p->prefix,
                    p->leaf_names[i], type, type);
            fputs("\\forall integer k; first <= k < count && k != place ==> \\at(after[k],L2) == \\at(before[k],L1);\n  @*/\n", out);
        }
    }
}

void put_acsl_opaque(FILE *out, struct planner *p) {
    if (p->isa->opaque_count == 0) {
        return;
    }
    fprintf(out, "\n/*@ axiomatic %s_opaque { // what the description leaves open\n", p->prefix);
    for (size_t i = 0; i < p->isa->opaque_count; i++) {
        char name[200];
        symbol s = p->isa->opaque_symbols[i];
        emit_identifier(term_symbol_name(p->isa->pool, s), name, sizeof name);
        fprintf(out, "  @ logic integer %s_%s", p->prefix, name);
        for (unsigned k = 0; k < term_symbol_argument_count(p->isa->pool, s); k++) {
            fprintf(out, "%sinteger a%u", k == 0 ? "(" : ", ", k);
        }
        fputs(term_symbol_argument_count(p->isa->pool, s) == 0 ? ";\n" : ");\n", out);
    }
    fputs("  @ } */\n", out);
}

static void put_prologue(FILE *out, struct planner *p) {
    put_memory(out, p);
    put_acsl_opaque(out, p);
}

bool emit_acsl(FILE *out, struct isa *isa, int mode) { return emit_forms(out, isa, mode, "acsl", put_prologue, put_acsl_form); }
