/* What comes out of a generated handler (done, a fault, a refusal): one function of the values that the handler has read. */
#include "emit_handler_parts.h"

bool has_outcome(const struct plan *plan) {
    return !always_false(plan, plan_result(plan, RESULT_MEMORY_TRAP, 0)->value) || !always_false(plan, plan_result(plan, RESULT_TRAP, 0)->value) ||
           plan_result(plan, RESULT_REFUSED, 0) != NULL;
}

static bool is_outcome(const struct result *r) { return r->kind <= RESULT_REFUSED && r->kind != RESULT_ARGUMENT; }

static const bool *used_by_outcome(struct planner *p, const struct plan *plan) {
    bool *used = arena_allocate(&p->arena, plan->input_count + 1);
    for (size_t k = 0; k < plan->result_count; k++) {
        if (is_outcome(&plan->results[k])) {
            add_used(p, plan, &plan->results[k], used);
        }
    }
    return used;
}

static void put_faults(FILE *out, struct planner *p, const struct plan *plan) {
    const struct result *memory_trap = plan_result(plan, RESULT_MEMORY_TRAP, 0);
    const struct result *trap = plan_result(plan, RESULT_TRAP, 0);
    const struct result *refused = plan_result(plan, RESULT_REFUSED, 0);
    if (refused != NULL) {
        fputs("    if (", out);
        put_request(out, p, plan, refused, AS_NAMES);
        fprintf(out, " == 1) {\n        return %s_REFUSED;\n    }\n", p->prefix);
    }
    if (!always_false(plan, memory_trap->value)) {
        fputs("    if (", out);
        put_request(out, p, plan, memory_trap, AS_NAMES);
        fprintf(out, " == 1) {\n        return %s_MEMORY_TRAP;\n    }\n", p->prefix);
    }
    if (!always_false(plan, trap->value)) {
        fputs("    if (", out);
        put_request(out, p, plan, trap, AS_NAMES);
        fputs(" == 1) {\n", out);
        fprintf(out, "        return %s_TRAP + (uint32_t)", p->prefix);
        put_request(out, p, plan, plan_result(plan, RESULT_VECTOR, 0), AS_NAMES);
        fputs(";\n    }\n", out);
    }
    fprintf(out, "    return %s_DONE;\n", p->prefix);
}

static void put_not_refused(FILE *out, struct planner *p, const struct plan *plan) {
    const struct result *refused = plan_result(plan, RESULT_REFUSED, 0);
    if (refused != NULL) {
        fputc('!', out);
        put_logic_value(out, plan, refused, used_inputs(p, plan, refused->value));
        fputs(" && ", out);
    }
}

/* The same postconditions as those of the handler, of plain values. */
static void put_outcome_contract(FILE *out, struct planner *p, const struct plan *plan) {
    const char *traps = result_is_trap(p, plan);
    for (size_t i = 0; i < plan->result_count; i++) {
        const struct result *r = &plan->results[i];
        if (!is_outcome(r)) {
            continue;
        }
        fprintf(out, "  @ ensures %s: ", r->name);
        if (r->kind == RESULT_MEMORY_TRAP) {
            fprintf(out, "\\result == %s_MEMORY_TRAP <==> ", p->prefix);
            put_not_refused(out, p, plan);
        } else if (r->kind == RESULT_TRAP) {
            fprintf(out, "(%s) <==> ", traps);
            put_not_refused(out, p, plan);
        } else if (r->kind == RESULT_REFUSED) {
            fprintf(out, "\\result == %s_REFUSED <==> ", p->prefix);
        } else {
            fprintf(out, "%s ==> \\result == %s_TRAP + ", traps, p->prefix);
        }
        put_logic_value(out, plan, r, used_inputs(p, plan, r->value));
        fputs(";\n", out);
    }
}

/* The function that says what comes out, of values that the handler has read: the handler itself has no branches but one on its result. */
void put_outcome_function(FILE *out, struct planner *p, const struct plan *plan) {
    const bool *used = used_by_outcome(p, plan);
    fputs("\n/*@", out);
    put_ranges_of(out, plan, used);
    fputs(" assigns \\nothing;\n", out);
    put_outcome_contract(out, p, plan);
    fprintf(out, "  @*/\nstatic inline uint32_t outcome_%s(", plan->name);
    fputs(put_arguments(out, plan, used, AS_PARAMETERS, true) ? "void) {\n" : ") {\n", out);
    put_faults(out, p, plan);
    fputs("}\n", out);
}

void put_outcome_call(FILE *out, struct planner *p, const struct plan *plan) {
    fprintf(out, "    const uint32_t outcome = outcome_%s(", plan->name);
    (void)put_arguments(out, plan, used_by_outcome(p, plan), IN_HANDLER, true);
    fputs(");\n", out);
}
