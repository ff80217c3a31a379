/* The table of emitted steps, in parts that are compiled separately: part 0 lists, the others have the steps, each behind one signature. */
#include "emit_table.h"

#include <string.h>

struct table {
    struct planner planner;
    struct distinct distinct;
    unsigned *step_of;           /* by form and mode, + 1 */
    const struct form **form_of; /* by step: the first that means it */
    unsigned *mode_of;
    size_t mode_count;
    int mode;
    jmp_buf exhausted;
};

/* Texts of forms and modes are from the description: no quotes or backslashes are lost, none are believed. */
static void put_text(FILE *out, const char *text) {
    fputc('"', out);
    for (const char *c = text; *c != '\0'; c++) {
        fprintf(out, *c == '"' || *c == '\\' || *c == '?' ? "\\%c" : "%c", *c);
    }
    fputc('"', out);
}

static void list_steps(struct table *t) {
    struct planner *p = &t->planner;
    const struct isa *isa = p->isa;
    size_t forms = isa->form_count + isa->event_count;
    size_t capacity = forms * isa->mode_count + 1;
    t->step_of = arena_allocate(&p->arena, capacity * sizeof *t->step_of);
    t->form_of = arena_allocate(&p->arena, capacity * sizeof(const struct form *));
    t->mode_of = arena_allocate(&p->arena, capacity * sizeof *t->mode_of);
    for (size_t i = 0; i < forms; i++) {
        for (unsigned k = 0; k < isa->mode_count; k++) {
            const struct form *form = &isa->forms[i];
            bool exists = ((form->modes >> k) & 1) != 0 && form->semantics[k] != NULL;
            if (exists && (t->mode < 0 || (unsigned)t->mode == k)) {
                size_t before = t->distinct.count;
                unsigned step = distinct_number(p, &t->distinct, form->semantics[k]);
                t->step_of[i * isa->mode_count + k] = step + 1;
                if (t->distinct.count > before) {
                    t->form_of[step] = form;
                    t->mode_of[step] = k;
                }
            }
        }
    }
}

static struct plan *plan_step(struct table *t, unsigned step) {
    struct plan *plan = plan_form(&t->planner, t->form_of[step], t->mode_of[step]);
    plan->name = arena_format(&t->planner.arena, "%s_step_%u", t->planner.prefix, step);
    return plan;
}

static void put_call_signature(FILE *out, const struct table *t, unsigned step) {
    fprintf(out, "uint32_t %s_call_%u(void *state, struct emitted_array *arrays, word128 *operands, const word128 *choices, uint64_t *argument)",
            t->planner.prefix, step);
}

/* What the step takes, made of what the one signature gives. */
static void put_arguments(FILE *out, const struct planner *p, const struct plan *plan) {
    unsigned choice = 0;
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        const struct leaf *leaf = &p->isa->leaves[i];
        if (leaf->index_width != 0 && plan_uses_array(plan, (unsigned)i)) {
            if (is_sparse_array(leaf)) {
                fprintf(out, ", &array_%zu", i);
            } else if (leaf->class == CLASS_MEMORY) {
                fprintf(out, ", arrays[%zu].value, arrays[%zu].count", i, i);
            }
        }
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input_is_pointer(plan, input)) {
            fprintf(out, ", &operand_%u", input->operand);
        } else if (input->kind == INPUT_OPERAND) {
            fprintf(out, ", (%s)operands[%u]", emitted_type(input->width), input->operand);
        } else if (input->kind == INPUT_CHOICE) {
            fprintf(out, ", (%s)choices[%u]", emitted_type(input->width), choice++);
        }
    }
    fputs(plan->has_argument ? ", argument);\n" : ");\n", out);
}

static void put_adapter(FILE *out, const struct table *t, const struct plan *plan, unsigned step) {
    const struct planner *p = &t->planner;
    fputc('\n', out);
    put_call_signature(out, t, step);
    fputs(";\n", out);
    put_call_signature(out, t, step);
    fputs(" {\n    (void)arrays;\n    (void)operands;\n    (void)choices;\n    (void)argument;\n", out);
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        if (is_sparse_array(&p->isa->leaves[i]) && plan_uses_array(plan, (unsigned)i)) {
            fprintf(out, "    struct %s_%s array_%zu = {arrays[%zu].count, arrays[%zu].capacity, arrays[%zu].index, arrays[%zu].value,\n", p->prefix,
                    p->leaf_names[i], i, i, i, i, i);
            fprintf(out, "        arrays[%zu].read, arrays[%zu].context};\n", i, i);
        }
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input_is_pointer(plan, input)) {
            fprintf(out, "    %s operand_%u = (%s)operands[%u];\n", emitted_type(input->width), input->operand, emitted_type(input->width),
                    input->operand);
        }
    }
    fprintf(out, "    const uint32_t outcome = %s(state", plan->name);
    put_arguments(out, p, plan);
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        if (is_sparse_array(&p->isa->leaves[i]) && plan_writes_leaf(plan, (unsigned)i)) {
            fprintf(out, "    arrays[%zu].count = array_%zu.count;\n", i, i);
        }
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        if (input_is_pointer(plan, &plan->inputs[i])) {
            fprintf(out, "    operands[%u] = operand_%u;\n", plan->inputs[i].operand, plan->inputs[i].operand);
        }
    }
    fputs("    return outcome;\n}\n", out);
}

static void put_opaque_functions(FILE *out, const struct planner *p) {
    const struct term_pool *pool = p->isa->pool;
    fprintf(out, "\nextern word128 %s_opaque(unsigned number, const word128 *arguments, unsigned count);\n", p->prefix);
    for (size_t i = 0; i < p->isa->opaque_count; i++) {
        char name[200];
        symbol s = p->isa->opaque_symbols[i];
        unsigned count = term_symbol_argument_count(pool, s);
        unsigned width = term_symbol_width(pool, s);
        emit_identifier(term_symbol_name(pool, s), name, sizeof name);
        fprintf(out, "%s %s_%s(", emitted_type(width), p->prefix, name);
        for (unsigned k = 0; k < count; k++) {
            fprintf(out, "%s%s a%u", k == 0 ? "" : ", ", emitted_type(term_symbol_argument_widths(pool, s)[k]), k);
        }
        fprintf(out, "%s) {\n    const word128 arguments[] = {", count == 0 ? "void" : "");
        for (unsigned k = 0; k < count; k++) {
            fprintf(out, "%sa%u", k == 0 ? "" : ", ", k);
        }
        fprintf(out, "%s};\n    return (%s)(%s_opaque(%zu, arguments, %u) & (~(word128)0 >> %u));\n}\n", count == 0 ? "0" : "", emitted_type(width),
                p->prefix, i, count, TERM_MAXIMUM_WIDTH - width);
    }
    fprintf(out, "\nstatic const char *const opaques[] = {");
    for (size_t i = 0; i < p->isa->opaque_count; i++) {
        put_text(out, term_symbol_name(pool, p->isa->opaque_symbols[i]));
        fputs(", ", out);
    }
    fputs("0};\n", out);
}

static void put_components(FILE *out, const struct planner *p) {
    fputs("\nstatic const struct emitted_component components[] = {\n", out);
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        const struct leaf *leaf = &p->isa->leaves[i];
        bool outside = is_sparse_array(leaf) || leaf->class == CLASS_MEMORY;
        fputs("    {", out);
        put_text(out, leaf->name);
        fprintf(out, ", %u, %u, %s, ", leaf->width, leaf->index_width,
                !outside                      ? "EMITTED_IN_STATE"
                : leaf->class == CLASS_MEMORY ? "EMITTED_MEMORY"
                                              : "EMITTED_LISTED");
        if (outside) {
            fputs("0},\n", out);
        } else {
            fprintf(out, "offsetof(struct %s, %s)},\n", p->prefix, p->leaf_names[i]);
        }
    }
    fputs("};\n", out);
}

static void put_step_lists(FILE *out, const struct plan *plan, const struct isa *isa, unsigned step) {
    const struct semantics *m = plan->semantics;
    fprintf(out, "static const struct emitted_operand operands_%u[] = {", step);
    for (size_t i = 0; i < m->operand_count; i++) {
        fputc('{', out);
        put_text(out, m->operands[i].name);
        fprintf(out, ", %u, %u}, ", m->operands[i].width, (unsigned)m->operands[i].direction);
    }
    fprintf(out, "{0, 0, 0}};\nstatic const char *const choices_%u[] = {", step);
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].kind == INPUT_CHOICE) {
            struct term_view view = term_look(isa->pool, plan->inputs[i].apply);
            put_text(out, view.symbol == isa->length ? "length" : term_symbol_name(isa->pool, view.symbol));
            fputs(", ", out);
        }
    }
    fputs("0};\n", out);
}

static bool calls_opaque(struct planner *p, const struct plan *plan) {
    term *roots = arena_allocate(&p->arena, (plan->result_count + 1) * sizeof *roots);
    for (size_t i = 0; i < plan->result_count; i++) {
        roots[i] = plan->results[i].value;
    }
    if (!sharing_collect(p->sharing, p->isa, roots, plan->result_count, false)) {
        longjmp(*p->arena.exhausted, 1);
    }
    for (size_t i = 0; i < sharing_count(p->sharing); i++) {
        term t = sharing_terms(p->sharing)[i];
        if (term_look(p->isa->pool, t).operation == TERM_APPLY && plan_input(plan, t) == NULL) {
            return true;
        }
    }
    return false;
}

static void put_steps(FILE *out, struct table *t) {
    struct plan **plans = arena_allocate(&t->planner.arena, (t->distinct.count + 1) * sizeof(struct plan *));
    for (unsigned i = 0; i < t->distinct.count; i++) {
        plans[i] = plan_step(t, i);
        put_step_lists(out, plans[i], t->planner.isa, i);
        fprintf(out, "extern emitted_call %s_call_%u;\n", t->planner.prefix, i);
    }
    fputs("static const struct emitted_step steps[] = {\n", out);
    for (unsigned i = 0; i < t->distinct.count; i++) {
        size_t choices = 0;
        size_t reads = 0;
        for (size_t k = 0; k < plans[i]->input_count; k++) {
            const struct input *input = &plans[i]->inputs[k];
            choices += input->kind == INPUT_CHOICE ? 1 : 0;
            reads += input->kind == INPUT_ELEMENT && is_sparse_array(&t->planner.isa->leaves[input->leaf]) ? 1 : 0;
        }
        fprintf(out, "    {%s_call_%u, operands_%u, %zu, choices_%u, %zu, %zu, %d, %zu, %d},\n", t->planner.prefix, i, i,
                plans[i]->semantics->operand_count, i, choices, plans[i]->semantics->write_count, plans[i]->has_argument ? 1 : 0, reads,
                calls_opaque(&t->planner, plans[i]) ? 1 : 0);
    }
    fputs("};\n", out);
}

static void put_kinds(FILE *out, const struct semantics *m) {
    fputc('"', out);
    for (size_t i = 0; i < m->operand_count; i++) {
        fputc(m->operands[i].kind[0] == '\0' ? '-' : m->operands[i].kind[0], out);
    }
    fputc('"', out);
}

static void put_forms(FILE *out, const struct table *t) {
    const struct isa *isa = t->planner.isa;
    fputs("static const struct emitted_form forms[] = {\n", out);
    for (size_t i = 0; i < isa->form_count + isa->event_count; i++) {
        for (unsigned k = 0; k < isa->mode_count; k++) {
            unsigned step = t->step_of[i * isa->mode_count + k];
            if (step != 0) {
                fputs("    {", out);
                put_text(out, isa->forms[i].text);
                fputs(", ", out);
                put_text(out, isa->modes[k].name);
                fprintf(out, ", %zu, %u, %u, ", i, k, step - 1);
                put_kinds(out, isa->forms[i].semantics[k]);
                fputs("},\n", out);
            }
        }
    }
    fputs("};\n", out);
}

static size_t event_entries(const struct table *t) {
    const struct isa *isa = t->planner.isa;
    size_t count = 0;
    for (size_t i = isa->form_count * isa->mode_count; i < (isa->form_count + isa->event_count) * isa->mode_count; i++) {
        count += t->step_of[i] != 0 ? 1 : 0;
    }
    return count;
}

static void put_isa(FILE *out, const struct planner *p, size_t events) {
    fprintf(out, "extern const struct emitted_isa %s_emitted;\nconst struct emitted_isa %s_emitted = {\n    ", p->prefix, p->prefix);
    put_text(out, p->isa->name);
    fprintf(out, ", sizeof(struct %s), components, sizeof components / sizeof components[0], steps, sizeof steps / sizeof steps[0], forms,\n",
            p->prefix);
    fprintf(out, "    sizeof forms / sizeof forms[0] - %zu, %zu, opaques, %zu};\n", events, events, p->isa->opaque_count);
}

static bool write_part(FILE *out, struct table *t, struct isa *isa, unsigned part, unsigned parts) {
    struct planner *p = &t->planner;
    p->arena.exhausted = &t->exhausted;
    if (setjmp(t->exhausted) != 0) {
        return false;
    }
    planner_start(p, isa);
    p->asks_caller = true;
    list_steps(t);
    put_types(out, p, "c --table");
    fputs("\n#include \"emitted.h\"\n", out);
    put_c_opaque(out, p);
    for (unsigned i = part - 1; part != 0 && i < t->distinct.count; i += parts) {
        struct plan *plan = plan_step(t, i);
        put_c_function(out, p, plan);
        put_adapter(out, t, plan, i);
    }
    if (part == 0) {
        put_opaque_functions(out, p);
        put_components(out, p);
        put_steps(out, t);
        put_forms(out, t);
        put_isa(out, p, event_entries(t));
    }
    return true;
}

bool emit_c_table(FILE *out, struct isa *isa, int mode, unsigned part, unsigned parts) {
    struct table t;
    memset(&t, 0, sizeof t);
    t.mode = mode;
    bool good = parts > 0 && part <= parts && write_part(out, &t, isa, part, parts);
    planner_end(&t.planner);
    return good && !term_pool_failed(isa->pool) && ferror(out) == 0;
}
