/* The table through which handlers are compared with emitted steps: how to make a virtual processor of a state, and to call each handler. */
#include "emit_contract.h"
#include "emit_table.h"
#include "virtual.h"

#include <string.h>

struct handlers {
    struct planner planner;  /* of the virtual processor */
    struct planner original; /* of the machine */
    struct virtual_isa *isa;
    unsigned *scalars; /* by leaf: which component or which array it is */
};

static bool is_array(const struct leaf *leaf) { return leaf->index_width != 0; }

/* The component of the machine that a leaf of the virtual processor is a part of. */
static void put_source(FILE *out, const struct handlers *h, size_t leaf) {
    const struct virtual_origin *o = &h->isa->leaves[leaf];
    fprintf(out, "s->%s", h->original.leaf_names[o->number]);
    if (is_array(&h->original.isa->leaves[o->number])) {
        fprintf(out, "[%u]", o->element);
    }
}

static void put_load(FILE *out, const struct handlers *h) {
    fprintf(out, "\nstatic void load(void *processor, const void *state) {\n    struct %s *v = processor;\n    const struct %s *s = state;\n",
            h->planner.prefix, h->original.prefix);
    for (size_t i = 0; i < h->planner.isa->leaf_count; i++) {
        const struct leaf *leaf = &h->planner.isa->leaves[i];
        if (!is_array(leaf)) {
            fprintf(out, "    v->%s = (%s)(", h->planner.leaf_names[i], emitted_type(leaf->width));
            put_source(out, h, i);
            fprintf(out, " >> %u);\n", h->isa->leaves[i].low);
        }
    }
    fputs("}\n", out);
}

static void put_store(FILE *out, const struct handlers *h) {
    fprintf(out, "\nstatic void store(void *state, const void *processor) {\n    const struct %s *v = processor;\n    struct %s *s = state;\n",
            h->planner.prefix, h->original.prefix);
    for (size_t i = 0; i < h->planner.isa->leaf_count; i++) {
        const struct leaf *leaf = &h->planner.isa->leaves[i];
        const struct virtual_origin *o = &h->isa->leaves[i];
        if (is_array(leaf)) {
            continue;
        }
        fputs("    ", out);
        put_source(out, h, i);
        if (h->original.isa->leaves[o->number].width == leaf->width) {
            fprintf(out, " = v->%s;\n", h->planner.leaf_names[i]);
        } else {
            fputs(" = (", out);
            put_source(out, h, i);
            fprintf(out, " & ~((~(word128)0 >> %u) << %u)) | ((word128)v->%s << %u);\n", TERM_MAXIMUM_WIDTH - leaf->width, o->low,
                    h->planner.leaf_names[i], o->low);
        }
    }
    fputs("}\n", out);
}

/* The opaque functions of the virtual processor are those of the machine, of arguments that are put together again. */
static void put_opaque_function(FILE *out, const struct handlers *h, size_t number) {
    const struct term_pool *pool = h->planner.isa->pool;
    symbol narrow = h->planner.isa->opaque_symbols[number];
    const struct virtual_origin *o = &h->isa->opaques[number];
    symbol wide = h->original.isa->opaque_symbols[o->number];
    unsigned count = term_symbol_argument_count(pool, wide);
    char name[200];
    emit_identifier(term_symbol_name(pool, narrow), name, sizeof name);
    fprintf(out, "%s %s_%s(", emitted_type(term_symbol_width(pool, narrow)), h->planner.prefix, name);
    for (unsigned k = 0; k < term_symbol_argument_count(pool, narrow); k++) {
        fprintf(out, "%s%s a%u", k == 0 ? "" : ", ", emitted_type(term_symbol_argument_widths(pool, narrow)[k]), k);
    }
    fputs(term_symbol_argument_count(pool, narrow) == 0 ? "void) {\n    const word128 arguments[] = {" : ") {\n    const word128 arguments[] = {",
          out);
    for (unsigned k = 0, part = 0; k < count; k++, part++) {
        bool two = term_symbol_argument_widths(pool, wide)[k] > 64;
        fprintf(out, two ? "%s((word128)a%u << 64) | a%u" : "%sa%u", k == 0 ? "" : ", ", two ? part + 1 : part, part);
        part += two ? 1 : 0;
    }
    fprintf(out, "%s};\n    return (%s)((%s_opaque(%u, arguments, %u) & (~(word128)0 >> %u)) >> %u);\n}\n", count == 0 ? "0" : "",
            emitted_type(term_symbol_width(pool, narrow)), h->original.prefix, o->number, count, TERM_MAXIMUM_WIDTH - term_symbol_width(pool, wide),
            o->low);
}

/* What the handler takes, made of what the one signature gives. */
static void put_arguments(FILE *out, const struct handlers *h, const struct plan *plan, const struct virtual_form *form) {
    unsigned choice = 0;
    for (size_t i = 0; i < h->planner.isa->leaf_count; i++) {
        if (is_array(&h->planner.isa->leaves[i]) && plan_reads_array(plan, (unsigned)i)) {
            fprintf(out, ", &array_%zu", i);
        }
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input_is_pointer(plan, input)) {
            fprintf(out, ", &operand_%u", input->operand);
        } else if (input->kind == INPUT_OPERAND) {
            const struct virtual_origin *o = &form->operands[input->operand];
            fprintf(out, ", (%s)(operands[%u] >> %u)", emitted_type(input->width), o->number, o->low);
        } else if (input->kind == INPUT_CHOICE) {
            fprintf(out, ", (%s)choices[%u]", emitted_type(input->width), choice++);
        }
    }
    for (size_t i = 0; i < plan->semantics->write_count; i++) {
        fprintf(out, ", &write_%zu", i);
    }
    fputs(plan->has_argument ? ", argument);\n" : ");\n", out);
}

static void put_adapter(FILE *out, const struct handlers *h, const struct plan *plan, size_t number) {
    const struct virtual_form *form = &h->isa->forms[number];
    fprintf(out,
            "\nstatic uint32_t call_%zu(void *processor, const struct handled_array *arrays, word128 *operands, const word128 *choices,\n"
            "    struct handled_write *writes, uint64_t *argument) {\n"
            "    (void)arrays;\n    (void)operands;\n    (void)choices;\n    (void)writes;\n    (void)argument;\n",
            number);
    for (size_t i = 0; i < h->planner.isa->leaf_count; i++) {
        if (is_array(&h->planner.isa->leaves[i]) && plan_reads_array(plan, (unsigned)i)) {
            fprintf(out, "    const struct %s_array array_%zu = {arrays[%u].count, arrays[%u].index, arrays[%u].value};\n", h->planner.prefix, i,
                    h->scalars[i], h->scalars[i], h->scalars[i]);
        }
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input_is_pointer(plan, input)) {
            const struct virtual_origin *o = &form->operands[input->operand];
            fprintf(out, "    %s operand_%u = (%s)(operands[%u] >> %u);\n", emitted_type(input->width), input->operand, emitted_type(input->width),
                    o->number, o->low);
        }
    }
    for (size_t i = 0; i < plan->semantics->write_count; i++) {
        fprintf(out, "    struct %s_write write_%zu = {0, 0, 0};\n", h->planner.prefix, i);
    }
    fprintf(out, "    const uint32_t outcome = %s(processor", plan->name);
    put_arguments(out, h, plan, form);
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input_is_pointer(plan, input)) {
            const struct virtual_origin *o = &form->operands[input->operand];
            fprintf(out, "    operands[%u] = (operands[%u] & ~((~(word128)0 >> %u) << %u)) | ((word128)operand_%u << %u);\n", o->number, o->number,
                    TERM_MAXIMUM_WIDTH - input->width, o->low, input->operand, o->low);
        }
    }
    for (size_t i = 0; i < plan->semantics->write_count; i++) {
        fprintf(out, "    writes[%zu] = (struct handled_write){write_%zu.guard, write_%zu.index, write_%zu.value};\n", i, i, i, i);
    }
    fputs("    return outcome;\n}\n", out);
}

/* Names may hold apostrophes, and nothing that a string would have to escape. */
static void put_lists(FILE *out, const struct handlers *h, const struct plan *plan, size_t number) {
    const struct virtual_form *form = &h->isa->forms[number];
    fprintf(out, "static const char *const choices_%zu[] = {", number);
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].kind == INPUT_CHOICE) {
            symbol s = term_look(h->planner.isa->pool, plan->inputs[i].apply).symbol;
            fprintf(out, "\"%s\", ", s == h->planner.isa->length ? "length" : term_symbol_name(h->planner.isa->pool, s));
        }
    }
    fprintf(out, "0};\nstatic const struct handler_kept kept_%zu[] = {", number);
    for (size_t i = 0; i < form->kept_count; i++) {
        fprintf(out, "{\"%s\", %u}, ", term_symbol_name(h->planner.isa->pool, form->kept[i].undefined), h->scalars[form->kept[i].leaf]);
    }
    fprintf(out, "{0, 0}};\nstatic const unsigned writes_%zu[] = {", number);
    for (size_t i = 0; i < plan->semantics->write_count; i++) {
        fprintf(out, "%u, ", h->scalars[plan->semantics->writes[i].leaf]);
    }
    fputs("0};\n", out);
}

static size_t choice_count(const struct plan *plan) {
    size_t count = 0;
    for (size_t i = 0; i < plan->input_count; i++) {
        count += plan->inputs[i].kind == INPUT_CHOICE ? 1 : 0;
    }
    return count;
}

static void put_components(FILE *out, const struct handlers *h) {
    size_t leaves = h->planner.isa->leaf_count;
    fputs("\nstatic const struct handler_component components[] = {\n", out);
    for (size_t i = 0; i < leaves; i++) {
        const struct virtual_origin *o = &h->isa->leaves[i];
        if (is_array(&h->planner.isa->leaves[i])) {
            continue;
        }
        fprintf(out, "    {\"%s\", %u, %u, %u},\n", h->planner.leaf_names[i], o->number, o->element, o->low);
    }
    fputs("};\nstatic const struct handler_fixed fixed[] = {\n", out);
    for (unsigned mode = 0; mode < h->planner.isa->mode_count; mode++) {
        for (unsigned i = 0; i < h->original.isa->leaf_count; i++) {
            const struct virtual_fixed *f = &h->isa->all_fixed[mode * h->original.isa->leaf_count + i];
            if (f->known) {
                fprintf(out, "    {%u, %u, %lluu},\n", mode, i, (unsigned long long)f->value);
            }
        }
    }
    fputs("};\nstatic const unsigned refused[] = {", out);
    for (unsigned i = 0; i < h->original.isa->leaf_count; i++) {
        if (h->isa->refused[i]) {
            fprintf(out, "%u, ", i);
        }
    }
    fputs("0};\nstatic const struct handler_array arrays_of_the_isa[] = {\n", out);
    for (size_t i = 0; i < leaves; i++) {
        if (is_array(&h->planner.isa->leaves[i])) {
            fprintf(out, "    {%u, %u},\n", h->isa->leaves[i].number, h->isa->leaves[i].low);
        }
    }
    fputs("    {0, 0},\n};\n", out);
}

static void put_table(FILE *out, const struct handlers *h, struct plan *const *plans) {
    size_t forms = h->planner.isa->form_count;
    size_t arrays = 0;
    for (size_t i = 0; i < h->planner.isa->leaf_count; i++) {
        arrays += is_array(&h->planner.isa->leaves[i]) ? 1 : 0;
    }
    fputs("static const struct handler handlers[] = {\n", out);
    for (size_t i = 0; i < forms; i++) {
        const struct virtual_form *f = &h->isa->forms[i];
        fprintf(out, "    {\"%s\", \"%s\", \"%s\", %zu, %u, call_%zu, choices_%zu, %zu, kept_%zu, %zu, writes_%zu, %zu},\n", plans[i]->name,
                h->planner.isa->forms[i].text, h->planner.isa->modes[f->mode].name, f->form, f->mode, i, i, choice_count(plans[i]), i, f->kept_count,
                i, plans[i]->semantics->write_count);
    }
    fprintf(
        out,
        "};\nextern const struct handlers_isa %s_handlers;\nconst struct handlers_isa %s_handlers = {sizeof(struct %s), load, store, components,\n"
        "    sizeof components / sizeof components[0], arrays_of_the_isa, %zu,\n    fixed, sizeof fixed / sizeof fixed[0], refused, sizeof refused / "
        "sizeof refused[0] - 1, handlers, %zu};\n",
        h->original.prefix, h->original.prefix, h->planner.prefix, arrays, forms);
}

static bool write_table(FILE *out, struct handlers *h, struct isa *isa, char problem[200]) {
    planner_start(&h->original, isa);
    h->isa = virtual_isa_new(&h->original.arena, isa);
    if (h->isa->problem != NULL) {
        (void)snprintf(problem, 200, "%s", h->isa->problem);
        return false;
    }
    h->planner.virtual_isa = h->isa;
    planner_start(&h->planner, &h->isa->isa);
    size_t leaves = h->planner.isa->leaf_count;
    h->scalars = arena_allocate(&h->planner.arena, (leaves + 1) * sizeof *h->scalars);
    unsigned counts[2] = {0, 0};
    for (size_t i = 0; i < leaves; i++) {
        h->scalars[i] = counts[is_array(&h->planner.isa->leaves[i]) ? 1 : 0]++;
    }
    put_types(out, &h->original, "c --for handlers");
    fprintf(out, "\n#include \"emitted_handlers.h\"\n#include \"%s.h\"\n", h->planner.prefix);
    fprintf(out, "\nextern word128 %s_opaque(unsigned number, const word128 *arguments, unsigned count);\n", h->original.prefix);
    for (size_t i = 0; i < h->planner.isa->opaque_count; i++) {
        put_opaque_function(out, h, i);
    }
    put_load(out, h);
    put_store(out, h);
    struct plan **plans = arena_allocate(&h->planner.arena, (h->planner.isa->form_count + 1) * sizeof(struct plan *));
    for (size_t i = 0; i < h->planner.isa->form_count; i++) {
        plans[i] = plan_form(&h->planner, &h->planner.isa->forms[i], h->isa->forms[i].mode);
        put_adapter(out, h, plans[i], i);
        put_lists(out, h, plans[i], i);
    }
    put_components(out, h);
    put_table(out, h, plans);
    return true;
}

bool emit_handlers_table(FILE *out, struct isa *isa, char problem[200]) {
    struct handlers h;
    jmp_buf exhausted;
    memset(&h, 0, sizeof h);
    h.planner.arena.exhausted = &exhausted;
    h.original.arena.exhausted = &exhausted;
    problem[0] = '\0';
    bool good = setjmp(exhausted) == 0 && write_table(out, &h, isa, problem);
    planner_end(&h.planner);
    planner_end(&h.original);
    return good && !term_pool_failed(isa->pool) && ferror(out) == 0;
}
