/* Handlers made from the tables: for each result of a form a function over plain values, whose contract is the result's logic function, and the
 * handler that reads, asks for the results and stores them. Each goal is then about one result, and says in C what the contract says in ACSL. */
#include "emit_contract.h"
#include "emit_operations.h"
#include "virtual.h"

#include <string.h>

static const char *parameter_type(unsigned width) { return emitted_type(width); }

static const char *value_type(unsigned width) { return width == 1 ? "int" : "uint64_t"; }

static bool is_native(unsigned width) { return width == 8 || width == 16 || width == 32 || width == 64; }

static bool is_truth(enum result_kind kind) { return kind == RESULT_MEMORY_TRAP || kind == RESULT_TRAP || kind == RESULT_GUARD; }

/* The inputs that a result depends on: as parameters of C, as arguments in the contract, or as arguments in the handler. */
enum argument_style { AS_PARAMETERS, AS_NAMES, IN_HANDLER };
static void put_arguments(FILE *out, const struct plan *plan, const bool *used, enum argument_style style) {
    bool first = true;
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (!used[i]) {
            continue;
        }
        fputs(first ? "" : ", ", out);
        first = false;
        if (style == AS_PARAMETERS) {
            fprintf(out, "%s %s", parameter_type(input->width), input->name);
        } else if (style == AS_NAMES || input->kind == INPUT_ELEMENT || input->kind == INPUT_CHOICE) {
            fputs(input->name, out);
        } else if (input->kind == INPUT_STATE) {
            fprintf(out, "s->%s", input->name);
        } else {
            fprintf(out, operand_is_pointer(&plan->semantics->operands[input->operand]) ? "*%s" : "%s", input->name);
        }
    }
    fputs(first && style == AS_PARAMETERS ? "void" : "", out);
}

/* The values that are used more than once. */
static void put_locals(const struct operations *o, const struct planner *p, term root) {
    unsigned number = 0;
    for (size_t i = 0; i < sharing_count(p->sharing); i++) {
        term t = sharing_terms(p->sharing)[i];
        unsigned width = term_width(p->isa->pool, t);
        if (t == root || !is_shared(o->plan, p->sharing, t)) {
            continue;
        }
        fprintf(o->out, "    const %s t%u = ", value_type(width), number + 1);
        put_operation(o, t);
        fputs(";\n", o->out);
        sharing_set_number(p->sharing, t, ++number);
    }
}

/* The function of one result. */
static void put_result_function(FILE *out, struct planner *p, const struct plan *plan, const struct result *r) {
    const bool *used = used_inputs(p, plan, r->value); /* and collects the terms for what follows */
    const struct operations o = {out, plan, p->sharing, p->prefix, false};
    unsigned width = term_width(p->isa->pool, r->value);
    bool any = false;
    fputs("\n/*@", out);
    for (size_t i = 0; i < plan->input_count; i++) {
        any = any || used[i];
        if (used[i] && !is_native(plan->inputs[i].width)) {
            fprintf(out, " requires %s_range: %s < %llu;\n  @", plan->inputs[i].name, plan->inputs[i].name, 1ull << plan->inputs[i].width);
        }
    }
    fputs(" assigns \\nothing;\n  @ ensures value: \\result ", out);
    fputs(is_truth(r->kind) ? "== 1 <==> " : "== ", out);
    fprintf(out, "%s_%s%s", plan->name, r->name, any ? "(" : "");
    put_arguments(out, plan, used, AS_NAMES);
    fputs(any ? ");\n" : ";\n", out);
    fprintf(out, "  @*/\nstatic inline %s value_%s_%s(", emitted_type(width), plan->name, r->name);
    put_arguments(out, plan, used, AS_PARAMETERS);
    fputs(") {\n", out);
    put_locals(&o, p, r->value);
    fprintf(out, width > 32 ? "    return " : "    return (%s)(", emitted_type(width));
    put_operation(&o, r->value);
    fputs(width > 32 ? ";\n}\n" : ");\n}\n", out);
}

static void put_request(FILE *out, struct planner *p, const struct plan *plan, const struct result *r) {
    fprintf(out, "value_%s_%s(", plan->name, r->name);
    put_arguments(out, plan, used_inputs(p, plan, r->value), IN_HANDLER);
    fputc(')', out);
}

/* Reads the elements, in an order in which the index of each is known. Nothing is stored yet, so the state is as it was before. */
static void put_reads(FILE *out, struct planner *p, const struct plan *plan) {
    const struct operations o = {out, plan, p->sharing, p->prefix, true};
    const struct expression e = {out, plan, p->sharing, true, true, p->prefix};
    (void)sharing_collect(p->sharing, p->isa, NULL, 0, true);
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input->kind != INPUT_ELEMENT) {
            continue;
        }
        const char *array = p->leaf_names[input->leaf];
        fprintf(out, "    const uint64_t index_of_%s = ", input->name);
        put_operation(&o, input->index);
        fprintf(out, ";\n    /*@ assert %s_place: index_of_%s == ", input->name, input->name);
        put_value(&e, input->index);
        fprintf(out, "; */\n    const %s %s = ", emitted_type(input->width), input->name);
        fprintf(out, input->width <= 32 ? "(%s)" : "", emitted_type(input->width));
        fprintf(out, "%s_read(%s, index_of_%s);\n", p->prefix, array, input->name);
        fprintf(out, "    /*@ assert %s_read: %s == %s_element(%s, index_of_%s); */\n", input->name, input->name, p->prefix, array, input->name);
    }
}

static void put_faults(FILE *out, struct planner *p, const struct plan *plan) {
    const struct result *memory_trap = plan_result(plan, RESULT_MEMORY_TRAP, 0);
    const struct result *trap = plan_result(plan, RESULT_TRAP, 0);
    if (!always_false(plan, memory_trap->value)) {
        fputs("    if (", out);
        put_request(out, p, plan, memory_trap);
        fprintf(out, " == 1) {\n        return %s_MEMORY_TRAP;\n    }\n", p->prefix);
    }
    if (always_false(plan, trap->value)) {
        return;
    }
    bool always = always_true(plan, trap->value);
    if (!always) {
        fputs("    if (", out);
        put_request(out, p, plan, trap);
        fputs(" == 1) {\n", out);
    }
    if (plan->has_argument) {
        fputs("        *argument = ", out);
        put_request(out, p, plan, plan_result(plan, RESULT_ARGUMENT, 0));
        fputs(";\n", out);
    }
    fprintf(out, "        return %s_TRAP + (uint32_t)", p->prefix);
    put_request(out, p, plan, plan_result(plan, RESULT_VECTOR, 0));
    fputs(always ? ";\n" : ";\n    }\n", out);
}

static const char *target_of(struct planner *p, const struct plan *plan, const struct result *r) {
    switch (r->kind) {
    case RESULT_NEXT:
        return arena_format(&p->arena, "s->%s", p->leaf_names[r->leaf]);
    case RESULT_OPERAND:
        return arena_format(&p->arena, "*%s",
                            plan_input(plan, term_apply(p->isa->pool, plan->semantics->operands[r->operand].symbol, NULL, 0))->name);
    case RESULT_GUARD:
        return arena_format(&p->arena, "write_%u->guard", r->write);
    case RESULT_INDEX:
        return arena_format(&p->arena, "write_%u->index", r->write);
    case RESULT_VALUE:
        return arena_format(&p->arena, "write_%u->value", r->write);
    default:
        return NULL;
    }
}

static void put_stores(FILE *out, struct planner *p, const struct plan *plan) {
    for (size_t i = 0; i < plan->result_count; i++) {
        const struct result *r = &plan->results[i];
        if (target_of(p, plan, r) != NULL) {
            fprintf(out, "    const %s %s = ", emitted_type(term_width(p->isa->pool, r->value)), r->name);
            put_request(out, p, plan, r);
            fputs(";\n", out);
        }
    }
    for (size_t i = 0; i < plan->result_count; i++) {
        const char *target = target_of(p, plan, &plan->results[i]);
        if (target != NULL) {
            fprintf(out, "    %s = %s;\n", target, plan->results[i].name);
        }
    }
    fprintf(out, "    return %s_DONE;\n", p->prefix);
}

/* Parameters are there whether this form needs them or not. */
static void put_unused(FILE *out, const struct plan *plan) {
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].kind == INPUT_OPERAND || plan->inputs[i].kind == INPUT_CHOICE) {
            fprintf(out, "    (void)%s;\n", plan->inputs[i].name);
        }
    }
}

static void put_handler(FILE *out, struct planner *p, struct plan *plan) {
    const struct result *trap = plan_result(plan, RESULT_TRAP, 0);
    bool never = always_true(plan, trap->value);
    for (size_t i = 0; i < plan->result_count; i++) {
        const struct result *r = &plan->results[i];
        bool of_trap = r->kind <= RESULT_ARGUMENT;
        bool needed = r->kind == RESULT_MEMORY_TRAP ? !always_false(plan, r->value) : of_trap ? !always_false(plan, trap->value) : !never;
        if (needed) {
            put_result_function(out, p, plan, r);
        }
    }
    fputc('\n', out);
    put_signature(out, p, plan);
    fputs(" {\n", out);
    put_unused(out, plan);
    put_reads(out, p, plan);
    put_faults(out, p, plan);
    if (!never) {
        put_stores(out, p, plan);
    }
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
    fprintf(out, "#define %s_of_%s\n#include \"x86/operations.h\"\n", p->prefix, instruction);
    size_t count = 0;
    for (size_t i = 0; i < v->isa.form_count; i++) {
        if (strcmp(v->isa.forms[i].instruction, instruction) == 0) {
            put_handler(out, p, plan_form(p, &v->isa.forms[i], v->forms[i].mode));
            count++;
        }
    }
    if (count == 0) {
        (void)snprintf(problem, 200, "the profile virtual_processor does not emulate '%s'", instruction);
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
