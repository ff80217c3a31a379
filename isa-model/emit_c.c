/* Executable C: one function for each form and mode, which computes everything from the state before and then stores it. */
#include "emit_table.h"

static void put_element(const struct expression *e, const struct planner *p, const struct input *input) {
    FILE *out = e->out;
    const struct leaf *leaf = &p->isa->leaves[input->leaf];
    const char *array = p->leaf_names[input->leaf];
    fprintf(out, "    const %s %s = ", emitted_type(input->width), input->name);
    if (leaf->class == CLASS_MEMORY) {
        put_condition(e, input->reach);
        fprintf(out, " ? %s[", array);
        put_value(e, input->place);
        fputs("] : 0;\n", out);
    } else if (is_sparse_array(leaf)) {
        fprintf(out, "%s_%s_read(%s, ", p->prefix, array, array);
        put_value(e, input->index);
        fputs(");\n", out);
    } else {
        fprintf(out, "s->%s[", array);
        put_value(e, input->index);
        fputs("];\n", out);
    }
}

/* The elements that are read and the values that are used more than once, each after what it needs. */
static void put_locals(const struct expression *e, struct planner *p, const struct plan *plan) {
    unsigned number = 0;
    for (size_t i = 0; i < sharing_count(p->sharing); i++) {
        term t = sharing_terms(p->sharing)[i];
        const struct input *input = plan_input(plan, t);
        if (input != NULL && input->kind == INPUT_ELEMENT) {
            put_element(e, p, input);
        } else if (is_shared(plan, p->sharing, t)) {
            fprintf(e->out, "    const %s t%u = ", emitted_type(term_width(p->isa->pool, t)), number + 1);
            put_value(e, t);
            fputs(";\n", e->out);
            sharing_set_number(p->sharing, t, ++number);
        }
    }
}

static void put_traps(const struct expression *e, const struct planner *p, const struct plan *plan) {
    FILE *out = e->out;
    const struct semantics *m = plan->semantics;
    word128 value = 1;
    if (!term_is_constant(p->isa->pool, m->memory_trap, &value) || value != 0) {
        fputs("    if ", out);
        put_tested(e, m->memory_trap);
        fprintf(out, " {\n        return %s_MEMORY_TRAP;\n    }\n", p->prefix);
    }
    value = 1;
    bool sometimes = !term_is_constant(p->isa->pool, m->trap, &value);
    if (sometimes || value != 0) {
        fputs(sometimes ? "    if " : "", out);
        if (sometimes) {
            put_tested(e, m->trap);
        }
        fputs(sometimes ? " {\n" : "", out);
        if (plan->has_argument) {
            fputs("        *argument = ", out);
            put_value(e, m->trap_argument);
            fputs(";\n", out);
        }
        fprintf(out, sometimes ? "        return %s_TRAP + " : "    return %s_TRAP + ", p->prefix);
        put_value(e, m->trap_vector);
        fputs(sometimes ? ";\n    }\n" : ";\n", out);
    }
}

static bool is_plain(const struct term_pool *pool, term t) {
    struct term_view v = term_look(pool, t);
    return v.operation == TERM_CONSTANT;
}

static void put_results(const struct expression *e, const struct planner *p, const struct plan *plan) {
    for (size_t i = 0; i < plan->result_count; i++) {
        const struct result *r = &plan->results[i];
        bool replaced = r->kind == RESULT_INDEX && plan_result(plan, RESULT_PLACE, r->write) != NULL;
        if (r->kind >= RESULT_NEXT && !replaced && !is_plain(p->isa->pool, r->value)) {
            fprintf(e->out, "    const %s %s = ", emitted_type(term_width(p->isa->pool, r->value)), r->name);
            put_value(e, r->value);
            fputs(";\n", e->out);
        }
    }
}

static void put_result(const struct expression *e, const struct planner *p, const struct result *r) {
    if (is_plain(p->isa->pool, r->value)) {
        put_value(e, r->value);
    } else {
        fputs(r->name, e->out);
    }
}

static void put_write(const struct expression *e, const struct planner *p, const struct plan *plan, unsigned write) {
    FILE *out = e->out;
    const struct array_write *w = &plan->semantics->writes[write];
    const struct leaf *leaf = &p->isa->leaves[w->leaf];
    const char *array = p->leaf_names[w->leaf];
    word128 always = 0;
    bool guarded = !term_is_constant(p->isa->pool, w->guard, &always) || always == 0;
    if (guarded) {
        fputs("    if (", out);
        put_result(e, p, plan_result(plan, RESULT_GUARD, write));
        fputs(" == 1) {\n    ", out);
    }
    if (is_sparse_array(leaf)) {
        fprintf(out, "    %s_%s_write(%s, ", p->prefix, array, array);
        put_result(e, p, plan_result(plan, RESULT_INDEX, write));
        fputs(", ", out);
    } else {
        bool memory = leaf->class == CLASS_MEMORY;
        fprintf(out, "    %s%s[", memory ? "" : "s->", array);
        put_result(e, p, plan_result(plan, memory ? RESULT_PLACE : RESULT_INDEX, write));
        fputs("] = ", out);
    }
    put_result(e, p, plan_result(plan, RESULT_VALUE, write));
    fputs(is_sparse_array(leaf) ? ");\n" : ";\n", out);
    fputs(guarded ? "    }\n" : "", out);
}

static void put_stores(const struct expression *e, const struct planner *p, const struct plan *plan) {
    for (size_t i = 0; i < plan->result_count; i++) {
        const struct result *r = &plan->results[i];
        if (r->kind == RESULT_NEXT) {
            fprintf(e->out, "    s->%s = ", p->leaf_names[r->leaf]);
        } else if (r->kind == RESULT_OPERAND) {
            fprintf(e->out, "    *%s = ", plan_operand(plan, r->operand)->name);
        } else {
            continue;
        }
        put_result(e, p, r);
        fputs(";\n", e->out);
    }
    for (size_t i = 0; i < plan->semantics->write_count; i++) {
        put_write(e, p, plan, (unsigned)i);
    }
}

/* Parameters are there whether this form needs them or not. */
static void put_unused(FILE *out, const struct planner *p, const struct plan *plan) {
    fputs("    (void)s;\n", out);
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        if (p->isa->leaves[i].class == CLASS_MEMORY && plan_uses_array(plan, (unsigned)i)) {
            fprintf(out, "    (void)%s_count;\n", p->leaf_names[i]);
        }
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].kind == INPUT_OPERAND || plan->inputs[i].kind == INPUT_CHOICE) {
            fprintf(out, "    (void)%s;\n", plan->inputs[i].name);
        }
    }
}

void put_c_function(FILE *out, struct planner *p, struct plan *plan) {
    const struct expression e = {out, plan, p->sharing, false, true, NULL};
    term *roots = arena_allocate(&p->arena, plan->result_count * sizeof *roots);
    for (size_t i = 0; i < plan->result_count; i++) {
        roots[i] = plan->results[i].value;
    }
    if (!sharing_collect(p->sharing, p->isa, roots, plan->result_count, false)) {
        longjmp(*p->arena.exhausted, 1);
    }
    fputc('\n', out);
    put_signature(out, p, plan);
    fputs(";\n", out);
    put_signature(out, p, plan);
    fputs(" {\n", out);
    put_unused(out, p, plan);
    put_locals(&e, p, plan);
    put_traps(&e, p, plan);
    word128 always = 0;
    if (!term_is_constant(p->isa->pool, plan->semantics->trap, &always) || always == 0) {
        put_results(&e, p, plan);
        put_stores(&e, p, plan);
        fprintf(out, "    return %s_DONE;\n", p->prefix);
    }
    fputs("}\n", out);
}

void put_c_opaque(FILE *out, struct planner *p) {
    if (p->isa->opaque_count == 0) {
        return;
    }
    fputs("\n/* What the description leaves open: whoever links this says what they compute. */\n", out);
    for (size_t i = 0; i < p->isa->opaque_count; i++) {
        char name[200];
        symbol s = p->isa->opaque_symbols[i];
        emit_identifier(term_symbol_name(p->isa->pool, s), name, sizeof name);
        fprintf(out, "extern %s %s_%s(", emitted_type(term_symbol_width(p->isa->pool, s)), p->prefix, name);
        for (unsigned k = 0; k < term_symbol_argument_count(p->isa->pool, s); k++) {
            fprintf(out, "%s%s", k == 0 ? "" : ", ", emitted_type(term_symbol_argument_widths(p->isa->pool, s)[k]));
        }
        fputs(term_symbol_argument_count(p->isa->pool, s) == 0 ? "void);\n" : ");\n", out);
    }
}

bool emit_c(FILE *out, struct isa *isa, int mode) { return emit_forms(out, isa, mode, "c", put_c_opaque, put_c_function); }
