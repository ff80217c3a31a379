/* One function for what several forms of an instruction make of the same inputs: proven once, and read once. */
#include "emit_contract.h"

#include <string.h>

/* A function that has been written, or is about to be. Terms are unique, so what is left to compare is how the inputs are called. */
struct emitted_function {
    const char *instruction, *result; /* "INT3", "next_pc" */
    const char *inputs;               /* their names, in order */
    const char *name;
    term value;
    bool in_c;
};

static const char *names_of_inputs(struct planner *p, const struct plan *plan, term value) {
    const bool *used = used_inputs(p, plan, value);
    const char *names = "";
    for (size_t i = 0; i < plan->input_count; i++) {
        if (used[i]) {
            names = arena_format(&p->arena, "%s %s%s", names, input_is_pointer(plan, &plan->inputs[i]) ? "*" : "", plan->inputs[i].name);
        }
    }
    return names;
}

static const struct emitted_function *find(const struct planner *p, const struct emitted_function *wanted) {
    for (size_t i = 0; i < p->function_count; i++) {
        const struct emitted_function *f = &p->functions[i];
        if (f->value == wanted->value && strcmp(f->instruction, wanted->instruction) == 0 && strcmp(f->result, wanted->result) == 0 &&
            strcmp(f->inputs, wanted->inputs) == 0) {
            return f;
        }
    }
    return NULL;
}

void share_functions(struct planner *p, struct plan *plan) {
    for (size_t i = 0; i < plan->result_count; i++) {
        struct result *r = &plan->results[i];
        const struct emitted_function wanted = {plan->form->instruction, r->name, names_of_inputs(p, plan, r->value), r->function, r->value, false};
        const struct emitted_function *same = find(p, &wanted);
        if (same != NULL) {
            r->function = same->name;
            r->repeated = true;
            continue;
        }
        if (p->function_count == p->function_capacity) {
            p->functions = arena_grow(&p->arena, p->functions, p->function_count, &p->function_capacity, sizeof *p->functions);
        }
        p->functions[p->function_count++] = wanted;
    }
}

bool first_in_c(struct planner *p, const struct result *r) {
    for (size_t i = 0; i < p->function_count; i++) {
        if (strcmp(p->functions[i].name, r->function) == 0) {
            bool first = !p->functions[i].in_c;
            p->functions[i].in_c = true;
            return first;
        }
    }
    return true;
}
