/* Handlers made from the tables: for each result of a form a function over plain values, whose contract is the result's logic function, and the
 * handler that reads, asks for the outcome and has the results stored. Each goal is then about one result, and says in C what the contract says in
 * ACSL. */
#include "emit_handler_parts.h"
#include "emit_operations.h"
#include "virtual.h"

#include <string.h>

/* Whether an index, of these inputs, is made of other elements: what is proven of it is then proven of a function of plain values, as of results. */
static bool is_function(const struct plan *plan, const bool *used) {
    bool of_elements = false;
    for (size_t i = 0; i < plan->input_count; i++) {
        if (used[i] && input_is_pointer(plan, &plan->inputs[i])) {
            return false;
        }
        of_elements = of_elements || (used[i] && plan->inputs[i].kind == INPUT_ELEMENT);
    }
    return of_elements;
}

/* What an index is made of; nothing of it has a name afterwards. */
static const bool *inputs_of_index(struct planner *p, const struct plan *plan, const struct input *element) {
    const bool *used = used_inputs(p, plan, element->index);
    (void)sharing_collect(p->sharing, p->isa, NULL, 0, true);
    return used;
}

static void put_place_function(FILE *out, struct planner *p, const struct plan *plan, const struct input *element) {
    const bool *used = inputs_of_index(p, plan, element);
    if (!is_function(plan, used)) {
        return;
    }
    const struct operations o = {out, plan, p->sharing, p->prefix, false};
    const struct expression e = {out, plan, p->sharing, true, false, p->prefix};
    fputs("\n/*@", out);
    put_ranges_of(out, plan, used);
    fputs(" assigns \\nothing;\n  @ ensures value: \\result == ", out);
    put_value(&e, element->index);
    fprintf(out, ";\n  @*/\nstatic inline uint64_t place_%s_%s(", plan->name, element->name);
    (void)put_arguments(out, plan, used, AS_PARAMETERS, true);
    fputs(") {\n    return ", out);
    put_operation(&o, element->index);
    fputs(";\n}\n", out);
}

static void put_index(FILE *out, struct planner *p, const struct plan *plan, const struct input *element) {
    const bool *used = inputs_of_index(p, plan, element);
    const struct operations o = {out, plan, p->sharing, p->prefix, true};
    if (is_function(plan, used)) {
        fprintf(out, "place_%s_%s(", plan->name, element->name);
        (void)put_arguments(out, plan, used, IN_HANDLER, true);
        fputc(')', out);
    } else {
        put_operation(&o, element->index);
    }
}

/* Reads the elements, in an order in which the index of each is known. Nothing is stored yet, so the state is as it was before. */
static void put_reads(FILE *out, struct planner *p, const struct plan *plan) {
    const struct expression e = {out, plan, p->sharing, true, true, p->prefix};
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input->kind != INPUT_ELEMENT) {
            continue;
        }
        const char *array = p->leaf_names[input->leaf];
        fprintf(out, "    const uint64_t index_of_%s = ", input->name);
        put_index(out, p, plan, input);
        fprintf(out, ";\n    /*@ assert %s_place: index_of_%s == ", input->name, input->name);
        put_value(&e, input->index);
        fprintf(out, "; */\n    const %s %s = ", emitted_type(input->width), input->name);
        if (input->width <= 32) {
            fprintf(out, "(%s)", emitted_type(input->width));
        }
        fprintf(out, "%s_read(%s, index_of_%s);\n", p->prefix, array, input->name);
        fprintf(out, "    /*@ assert %s_read: %s == %s_element(%s, index_of_%s); */\n", input->name, input->name, p->prefix, array, input->name);
    }
}

/* Parameters are there whether this form needs them or not. */
static void put_unused(FILE *out, const struct plan *plan) {
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].kind == INPUT_OPERAND || plan->inputs[i].kind == INPUT_CHOICE) {
            fprintf(out, "    (void)%s;\n", plan->inputs[i].name);
        }
    }
}

/* What a fault tells, before anything is stored: it is then said in the words of the contract where nothing else is known that could distract. */
static void put_argument(FILE *out, struct planner *p, const struct plan *plan) {
    const struct result *r = plan_result(plan, RESULT_ARGUMENT, 0);
    if (plan->has_argument) {
        fputs("    const uint64_t fault_argument = ", out);
        put_request(out, p, plan, r, IN_HANDLER);
        fputs(";\n    /*@ assert fault_argument: ", out);
        put_equals_result(out, p, plan, "fault_argument", r);
        fputs("; */\n", out);
    }
}

/* What follows the reads: the outcome, and what is stored. A form that nothing stops has no outcome, one that always faults no stores. */
static void put_body(FILE *out, struct planner *p, const struct plan *plan, const struct stores *stores) {
    if (!has_outcome(plan)) {
        if (stores->count != 0) {
            put_stores_call(out, p, plan, stores);
        }
        fprintf(out, "    return %s_DONE;\n", p->prefix);
        return;
    }
    put_argument(out, p, plan);
    put_outcome_call(out, p, plan);
    if (stores->count == 0) {
        fputs(plan->has_argument ? "    *argument = fault_argument;\n" : "", out);
    } else {
        fprintf(out, "    if (outcome == %s_DONE) {\n    ", p->prefix);
        put_stores_call(out, p, plan, stores);
        fputs(plan->has_argument ? "    } else {\n        *argument = fault_argument;\n    }\n" : "    }\n", out);
    }
    fputs("    return outcome;\n", out);
}

static void put_handler(FILE *out, struct planner *p, struct plan *plan) {
    const struct result *trap = plan_result(plan, RESULT_TRAP, 0);
    bool never = always_true(plan, trap->value);
    for (size_t i = 0; i < plan->result_count; i++) {
        const struct result *r = &plan->results[i];
        bool of_trap = r->kind <= RESULT_ARGUMENT;
        bool needed = r->kind == RESULT_MEMORY_TRAP ? !always_false(plan, r->value)
                      : of_trap                     ? !always_false(plan, trap->value)
                                                    : !never || r->kind == RESULT_REFUSED;
        if (needed && first_in_c(p, r)) {
            put_result_function(out, p, plan, r);
        }
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].kind == INPUT_ELEMENT) {
            put_place_function(out, p, plan, &plan->inputs[i]);
        }
    }
    if (has_outcome(plan)) {
        put_outcome_function(out, p, plan);
    }
    const struct stores *stores = list_stores(p, plan);
    put_store_functions(out, p, plan, stores);
    fputc('\n', out);
    put_signature(out, p, plan);
    fputs(" {\n", out);
    put_unused(out, plan);
    put_reads(out, p, plan);
    put_body(out, p, plan, stores);
    fputs("}\n", out);
}

static bool write_code(FILE *out, struct planner *p, struct isa *isa, const char *instruction, char problem[200]) {
    struct virtual_isa *v = virtual_isa_new(&p->arena, isa);
    if (v->problem != NULL) {
        (void)snprintf(problem, 200, "%s", v->problem);
        return false;
    }
    p->virtual_isa = v;
    planner_start(p, &v->isa);
    fprintf(out, "/* Handlers of %s. Generated by `popek emit %s --language c --for handlers --instruction %s`. */\n", instruction, isa->name,
            instruction);
    fprintf(out, "#define %s_of_SOME\n#define %s_of_%s\n#include \"x86/operations.h\"\n", p->prefix, p->prefix, instruction);
    size_t count = 0;
    for (size_t i = 0; i < v->isa.form_count; i++) {
        if (strcmp(v->isa.forms[i].instruction, instruction) == 0) {
            struct plan *plan = plan_form(p, &v->isa.forms[i], v->forms[i].mode);
            share_functions(p, plan);
            put_handler(out, p, plan);
            count++;
        }
    }
    if (count == 0) {
        (void)snprintf(problem, 200, "no profile emulates '%s'", instruction);
    }
    return count > 0;
}

bool emit_handler_code(FILE *out, struct isa *isa, const char *instruction, char problem[200]) {
    struct planner p;
    jmp_buf exhausted;
    memset(&p, 0, sizeof p);
    p.arena.exhausted = &exhausted;
    problem[0] = '\0';
    bool good = setjmp(exhausted) == 0 && write_code(out, &p, isa, instruction, problem);
    planner_end(&p);
    return good && !term_pool_failed(isa->pool) && ferror(out) == 0;
}
