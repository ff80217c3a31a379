/* Contracts: one clause for each component, as WP proves those much more easily than one equality of whole states. */
#include "emit_contract.h"

#include <string.h>

/* Which elements `value` is made of, and their places and indices in turn; by input. */
static bool *needed_elements(struct planner *p, const struct plan *plan, term value) {
    bool *needed = used_inputs(p, plan, value);
    for (size_t i = plan->input_count; i-- > 0;) {
        const struct input *input = &plan->inputs[i];
        if (needed[i] && input->kind == INPUT_ELEMENT) {
            const bool *more = used_inputs(p, plan, input->place != TERM_NONE ? input->place : input->index);
            for (size_t k = 0; k < plan->input_count; k++) {
                needed[k] = needed[k] || more[k];
            }
        }
    }
    return needed;
}

/* Binds the elements that `value` is made of, as they were before. */
static void put_elements(FILE *out, struct planner *p, const struct plan *plan, const bool *needed) {
    const struct expression e = {out, plan, p->sharing, true, true, p->virtual_isa == NULL ? NULL : p->prefix};
    (void)sharing_collect(p->sharing, p->isa, NULL, 0, true);
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input->kind == INPUT_ELEMENT && needed[i]) {
            bool memory = input->place != TERM_NONE;
            bool gate = p->virtual_isa != NULL;
            fprintf(out, gate ? "\\let %s = \\at(%s_element(%s, " : "\\let %s = \\at(%s%s[", input->name,
                    gate     ? p->prefix
                    : memory ? ""
                             : "s->",
                    p->leaf_names[input->leaf]);
            put_value(&e, memory ? input->place : input->index);
            fputs(gate ? "),Pre); " : "],Pre); ", out);
        }
    }
}

/* The elements of several results. */
static const bool *needed_by(struct planner *p, const struct plan *plan, const struct result *const *results, size_t count) {
    bool *needed = arena_allocate(&p->arena, plan->input_count + 1);
    for (size_t i = 0; i < count; i++) {
        const bool *more = results[i] == NULL ? NULL : needed_elements(p, plan, results[i]->value);
        for (size_t k = 0; more != NULL && k < plan->input_count; k++) {
            needed[k] = needed[k] || more[k];
        }
    }
    return needed;
}

/* A result applied to the state before. */
static void put_call(FILE *out, struct planner *p, const struct plan *plan, const struct result *r) {
    const bool *used = used_inputs(p, plan, r->value);
    bool first = true;
    fputs(r->function, out);
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (!used[i]) {
            continue;
        }
        fputs(first ? "(" : ",", out);
        first = false;
        if (input->kind == INPUT_STATE) {
            fprintf(out, "\\at(s->%s,Pre)", input->name);
        } else if (input_is_pointer(plan, input)) {
            fprintf(out, "\\at(*%s,Pre)", input->name);
        } else {
            fputs(input->name, out);
        }
    }
    fputs(first ? "" : ")", out);
}

void put_equals_result(FILE *out, struct planner *p, const struct plan *plan, const char *name, const struct result *r) {
    put_elements(out, p, plan, needed_by(p, plan, &r, 1));
    fprintf(out, "%s == ", name);
    put_call(out, p, plan, r);
}

static void open_ensures(FILE *out, struct planner *p, const struct plan *plan, const char *label, const struct result *a, const struct result *b) {
    const struct result *const both[] = {a, b};
    fprintf(out, " ensures %s: ", label);
    put_elements(out, p, plan, needed_by(p, plan, both, 2));
}

static void put_ranges(FILE *out, const struct plan *plan) {
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (is_native(input->width) || input->width >= 64) {
            continue;
        }
        unsigned long long limit = 1ull << input->width;
        if (input->kind == INPUT_STATE) {
            fprintf(out, "  @ requires %s_range: s->%s < %llu;\n", input->name, input->name, limit);
        } else if (input_is_pointer(plan, input)) {
            fprintf(out, "  @ requires %s_range: *%s < %llu;\n", input->name, input->name, limit);
        } else if (input->kind != INPUT_ELEMENT) {
            fprintf(out, "  @ requires %s_range: %s < %llu;\n", input->name, input->name, limit);
        }
    }
}

/* An access that does not trap stays inside of the storage. */
static void put_inside(FILE *out, struct planner *p, const struct plan *plan) {
    const struct expression e = {out, plan, p->sharing, true, true, p->virtual_isa == NULL ? NULL : p->prefix};
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input->kind == INPUT_ELEMENT && input->place != TERM_NONE) {
            fprintf(out, "  @ requires %s_inside: ", input->name);
            put_elements(out, p, plan, needed_elements(p, plan, input->reach));
            put_condition(&e, input->reach);
            fputs(" ==> ", out);
            put_value(&e, input->place);
            fprintf(out, " < %s_count;\n", p->leaf_names[input->leaf]);
        }
    }
    for (size_t i = 0; i < plan->semantics->write_count; i++) {
        const struct result *place = plan_result(plan, RESULT_PLACE, (unsigned)i);
        if (place != NULL) {
            const struct result *const parts[] = {place, plan_result(plan, RESULT_MEMORY_TRAP, 0), plan_result(plan, RESULT_TRAP, 0),
                                                  plan_result(plan, RESULT_GUARD, (unsigned)i)};
            fprintf(out, "  @ requires write_%zu_inside: ", i);
            put_elements(out, p, plan, needed_by(p, plan, parts, 4));
            fputc('!', out);
            put_call(out, p, plan, parts[1]);
            fputs(" && !", out);
            put_call(out, p, plan, parts[2]);
            fputs(" && ", out);
            put_call(out, p, plan, parts[3]);
            fputs(" ==> ", out);
            put_call(out, p, plan, place);
            fprintf(out, " < %s_count;\n", p->leaf_names[plan->semantics->writes[i].leaf]);
        }
    }
}

/* The pointers to the first `count` operands, further down a list. */
static void put_operand_pointers(FILE *out, const struct plan *plan, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (operand_is_pointer(&plan->semantics->operands[i])) {
            fprintf(out, ", %s", plan_operand(plan, (unsigned)i)->name);
        }
    }
}

/* Of a handler: nothing that it writes to is a part of an array. */
static void put_arrays_apart(FILE *out, const struct planner *p, const struct plan *plan) {
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        if (!is_sparse_array(&p->isa->leaves[i]) || !plan_reads_array(plan, (unsigned)i)) {
            continue;
        }
        fprintf(out, "  @ requires %s_apart: \\separated(%s + (..), s", p->leaf_names[i], p->leaf_names[i]);
        put_operand_pointers(out, plan, plan->semantics->operand_count);
        for (size_t k = 0; k < plan->semantics->write_count; k++) {
            fprintf(out, ", write_%zu", k);
        }
        fputs(plan->has_argument ? ", argument);\n" : ");\n", out);
    }
}

/* Of a handler: the mode that it is for, arrays behind the gate, and where writes go. */
static void put_virtual_requires(FILE *out, struct planner *p, const struct plan *plan) {
    unsigned mode = 0;
    while ((plan->form->modes >> mode & 1) == 0) {
        mode++;
    }
    fprintf(out, "  @ %s_%s_REQUIRES(s)\n", p->prefix, p->isa->modes[mode].name);
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        if (is_sparse_array(&p->isa->leaves[i]) && plan_reads_array(plan, (unsigned)i)) {
            fprintf(out, "  @ requires %s_array: %s_readable(%s);\n", p->leaf_names[i], p->prefix, p->leaf_names[i]);
        }
    }
    put_arrays_apart(out, p, plan);
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (input->kind == INPUT_ELEMENT && input->width < 64) {
            bool *self = needed_elements(p, plan, input->apply);
            fprintf(out, "  @ requires %s_range: ", input->name);
            put_elements(out, p, plan, self);
            fprintf(out, "%s < %llu;\n", input->name, 1ull << input->width);
        }
    }
    for (size_t i = 0; i < plan->semantics->write_count; i++) {
        fprintf(out, "  @ requires write_%zu_pointer: \\valid(write_%zu) && \\separated(s, write_%zu", i, i, i);
        fputs(plan->has_argument ? ", argument" : "", out);
        for (size_t k = 0; k < i; k++) {
            fprintf(out, ", write_%zu", k);
        }
        put_operand_pointers(out, plan, plan->semantics->operand_count);
        fputs(");\n", out);
    }
}

static void put_requires(FILE *out, struct planner *p, const struct plan *plan) {
    fputs("  @ requires state: \\valid(s);\n", out);
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        if (p->isa->leaves[i].class == CLASS_MEMORY && plan_uses_array(plan, (unsigned)i)) {
            const char *name = p->leaf_names[i];
            fprintf(out, "  @ requires %s_storage: \\valid(%s + (0 .. %s_count - 1)) && \\separated(s, %s + (0 .. %s_count - 1));\n", name, name,
                    name, name, name);
        }
    }
    for (size_t i = 0; i < plan->semantics->operand_count; i++) {
        if (operand_is_pointer(&plan->semantics->operands[i])) {
            const struct input *o = plan_operand(plan, (unsigned)i);
            fprintf(out, "  @ requires %s_pointer: \\valid(%s) && \\separated(s, %s", o->name, o->name, o->name);
            put_operand_pointers(out, plan, i);
            fputs(");\n", out);
        }
    }
    if (plan->has_argument) {
        fputs("  @ requires argument_pointer: \\valid(argument) && \\separated(s, argument", out);
        put_operand_pointers(out, plan, plan->semantics->operand_count);
        fputs(");\n", out);
    }
    put_ranges(out, plan);
    if (p->virtual_isa != NULL) {
        put_virtual_requires(out, p, plan);
    }
    put_inside(out, p, plan);
}

static void put_assigns(FILE *out, struct planner *p, const struct plan *plan) {
    bool first = true;
    bool never = always_true(plan, plan->semantics->trap);
    fputs("  @ assigns ", out);
    for (size_t i = 0; i < plan->result_count && !never; i++) {
        const struct result *r = &plan->results[i];
        if (r->kind == RESULT_NEXT) {
            fprintf(out, "%ss->%s", first ? "" : ", ", p->leaf_names[r->leaf]);
            first = false;
        } else if (r->kind == RESULT_OPERAND) {
            fprintf(out, "%s*%s", first ? "" : ", ", plan_operand(plan, r->operand)->name);
            first = false;
        }
    }
    for (size_t i = 0; i < p->isa->leaf_count && !never; i++) {
        const struct leaf *leaf = &p->isa->leaves[i];
        if (plan_writes_leaf(plan, (unsigned)i) && leaf->class == CLASS_MEMORY) {
            fprintf(out, "%s%s[0 .. %s_count - 1]", first ? "" : ", ", p->leaf_names[i], p->leaf_names[i]);
            first = false;
        } else if (plan_writes_leaf(plan, (unsigned)i) && p->virtual_isa == NULL) {
            fprintf(out, "%ss->%s[0 .. %llu]", first ? "" : ", ", p->leaf_names[i], array_elements(leaf) - 1);
            first = false;
        }
    }
    for (size_t i = 0; i < plan->semantics->write_count && p->virtual_isa != NULL; i++) {
        fprintf(out, "%s*write_%zu", first ? "" : ", ", i);
        first = false;
    }
    if (plan->has_argument) {
        fprintf(out, "%s*argument", first ? "" : ", ");
        first = false;
    }
    fputs(first ? "\\nothing;\n" : ";\n", out);
}

/* "!refused(...) && " where the form can be refused: what is said of traps is about other states. */
static void put_not_refused(FILE *out, struct planner *p, const struct plan *plan) {
    const struct result *refused = plan_result(plan, RESULT_REFUSED, 0);
    if (refused != NULL) {
        fputc('!', out);
        put_call(out, p, plan, refused);
        fputs(" && ", out);
    }
}

const char *result_is_trap(struct planner *p, const struct plan *plan) {
    const char *refused = plan_result(plan, RESULT_REFUSED, 0) == NULL ? "" : arena_format(&p->arena, " && \\result != %s_REFUSED", p->prefix);
    return arena_format(&p->arena, "\\result >= %s_TRAP%s", p->prefix, refused);
}

static void put_outcome(FILE *out, struct planner *p, const struct plan *plan) {
    const struct result *trap = plan_result(plan, RESULT_TRAP, 0);
    const struct result *refused = plan_result(plan, RESULT_REFUSED, 0);
    const char *traps = result_is_trap(p, plan);
    open_ensures(out, p, plan, "memory_trap", plan_result(plan, RESULT_MEMORY_TRAP, 0), refused);
    fprintf(out, "\\result == %s_MEMORY_TRAP <==> ", p->prefix);
    put_not_refused(out, p, plan);
    put_call(out, p, plan, plan_result(plan, RESULT_MEMORY_TRAP, 0));
    fputs(";", out);
    open_ensures(out, p, plan, "trap", trap, refused);
    fprintf(out, refused == NULL ? "%s <==> " : "(%s) <==> ", traps);
    put_not_refused(out, p, plan);
    put_call(out, p, plan, trap);
    fputs(";", out);
    open_ensures(out, p, plan, "vector", plan_result(plan, RESULT_VECTOR, 0), NULL);
    fprintf(out, "%s ==> \\result == %s_TRAP + ", traps, p->prefix);
    put_call(out, p, plan, plan_result(plan, RESULT_VECTOR, 0));
    fputs(";", out);
    if (plan->has_argument) {
        open_ensures(out, p, plan, "argument", plan_result(plan, RESULT_ARGUMENT, 0), NULL);
        fprintf(out, "%s ==> *argument == ", traps);
        put_call(out, p, plan, plan_result(plan, RESULT_ARGUMENT, 0));
        fputs(";", out);
    }
    if (refused != NULL) {
        open_ensures(out, p, plan, "refused", refused, NULL);
        fprintf(out, "\\result == %s_REFUSED <==> ", p->prefix);
        put_call(out, p, plan, refused);
        fputs(";", out);
    }
}

/* What a handler says that is to be written. */
static void put_virtual_writes(FILE *out, struct planner *p, const struct plan *plan) {
    for (unsigned i = 0; i < plan->semantics->write_count; i++) {
        const struct result *guard = plan_result(plan, RESULT_GUARD, i);
        open_ensures(out, p, plan, guard->name, guard, NULL);
        fprintf(out, "\\result == %s_DONE ==> (write_%u->guard == 1 <==> ", p->prefix, i);
        put_call(out, p, plan, guard);
        fputs(");", out);
        for (enum result_kind kind = RESULT_INDEX; kind <= RESULT_VALUE; kind++) {
            const struct result *r = plan_result(plan, kind, i);
            open_ensures(out, p, plan, r->name, r, NULL);
            fprintf(out, "\\result == %s_DONE && write_%u->guard == 1 ==> write_%u->%s == ", p->prefix, i, i,
                    kind == RESULT_INDEX ? "index" : "value");
            put_call(out, p, plan, r);
            fputs(";", out);
        }
    }
}

size_t clause_results(const struct planner *p, const struct result *const *results, size_t count) {
    const struct leaf *leaves = p->isa->leaves;
    size_t together = 1;
    if (p->virtual_isa == NULL || results[0]->kind != RESULT_NEXT) {
        return 1;
    }
    const char *component = leaves[results[0]->leaf].name;
    size_t length = strcspn(component, ".");
    while (together < count && component[length] == '.' && results[together]->kind == RESULT_NEXT &&
           strncmp(leaves[results[together]->leaf].name, component, length + 1) == 0) {
        together++;
    }
    return together;
}

const char *clause_name(struct planner *p, const struct result *const *results, size_t count) {
    const char *component = p->leaf_names[results[0]->leaf];
    return count == 1 ? results[0]->name : arena_format(&p->arena, "next_%.*s", (int)strcspn(p->isa->leaves[results[0]->leaf].name, "."), component);
}

/* What the scalars are in C, or NULL for another result. */
static const char *scalar_of(struct planner *p, const struct plan *plan, const struct result *r) {
    return r->kind == RESULT_NEXT      ? arena_format(&p->arena, "s->%s", p->leaf_names[r->leaf])
           : r->kind == RESULT_OPERAND ? arena_format(&p->arena, "*%s", plan_operand(plan, r->operand)->name)
                                       : NULL;
}

static const struct result **list_scalars(struct planner *p, const struct plan *plan, size_t *count) {
    // An array of pointers is what is meant. NOLINTNEXTLINE(bugprone-sizeof-expression)
    const struct result **scalars = arena_allocate(&p->arena, (plan->result_count + 1) * sizeof *scalars);
    *count = 0;
    for (size_t i = 0; i < plan->result_count; i++) {
        if (plan->results[i].kind == RESULT_NEXT || plan->results[i].kind == RESULT_OPERAND) {
            scalars[(*count)++] = &plan->results[i];
        }
    }
    return scalars;
}

/* What the step makes of the scalars: of a handler a clause for each component, of a step for each scalar. */
static void put_scalars(FILE *out, struct planner *p, const struct plan *plan) {
    size_t count = 0;
    const struct result *const *scalars = list_scalars(p, plan, &count);
    for (size_t i = 0, together = 0; i < count; i += together) {
        together = clause_results(p, scalars + i, count - i);
        fprintf(out, " ensures %s: ", clause_name(p, scalars + i, together));
        put_elements(out, p, plan, needed_by(p, plan, scalars + i, together));
        for (size_t k = 0; k < together; k++) {
            fprintf(out, k == 0 ? "\\result == %s_DONE ==> " : " && ", p->prefix);
            fprintf(out, "%s == ", scalar_of(p, plan, scalars[i + k]));
            put_call(out, p, plan, scalars[i + k]);
        }
        fputs(";", out);
    }
}

/* That a trap leaves them. Of a handler that is one clause: it has to be proven of all of a long handler, and once is enough. */
static void put_kept_scalars(FILE *out, struct planner *p, const struct plan *plan) {
    const bool together = p->virtual_isa != NULL;
    size_t count = 0;
    const struct result *const *scalars = list_scalars(p, plan, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = scalar_of(p, plan, scalars[i]);
        if (!together || i == 0) {
            fprintf(out, " ensures %s: \\result != %s_DONE ==> ", together ? "kept" : arena_format(&p->arena, "kept_%s", scalars[i]->name),
                    p->prefix);
        }
        fprintf(out, "%s == \\old(%s)%s", name, name, together && i + 1 < count ? " && " : ";");
    }
}

/* Where the write goes: an index of the array as it lies in C. */
static const struct result *place_of(const struct plan *plan, unsigned write) {
    const struct result *place = plan_result(plan, RESULT_PLACE, write);
    return place != NULL ? place : plan_result(plan, RESULT_INDEX, write);
}

/* `elsewhere` or `same` of relocated memory, between the state before and the one after; what is asked about follows. */
static void put_memory_predicate(FILE *out, const struct planner *p, const char *array, const char *which) {
    fprintf(out, "%s_%s_%s{Pre,Post}(\\at(%s,Pre), %s, ", p->prefix, array, which, array, array);
}

static void put_one_write(FILE *out, struct planner *p, const struct plan *plan, unsigned write, const char *array, const char *limit,
                          const char *name) {
    open_ensures(out, p, plan, name, place_of(plan, write), plan_result(plan, RESULT_VALUE, write));
    fprintf(out, "\\result == %s_DONE ==> %s[", p->prefix, array);
    put_call(out, p, plan, place_of(plan, write));
    fputs("] == ", out);
    put_call(out, p, plan, plan_result(plan, RESULT_VALUE, write));
    fputs(";", out);
    open_ensures(out, p, plan, arena_format(&p->arena, "%s_elsewhere", name), place_of(plan, write), NULL);
    fprintf(out, "\\result == %s_DONE ==> ", p->prefix);
    if (p->isa->leaves[plan->semantics->writes[write].leaf].class == CLASS_MEMORY) {
        put_memory_predicate(out, p, array, "elsewhere");
        fprintf(out, "0, %s, ", limit);
        put_call(out, p, plan, place_of(plan, write));
        fputs(");", out);
        return;
    }
    fprintf(out, "\\forall integer k; 0 <= k < %s && k != ", limit);
    put_call(out, p, plan, place_of(plan, write));
    fprintf(out, " ==> %s[k] == \\at(%s[k],Pre);", array, array);
}

static void put_several_writes(FILE *out, struct planner *p, const struct plan *plan, unsigned leaf, const char *array, const char *limit,
                               const char *name) {
    // An array of pointers is what is meant. NOLINTNEXTLINE(bugprone-sizeof-expression)
    const struct result **parts = arena_allocate(&p->arena, plan->result_count * sizeof *parts);
    for (size_t i = 0; i < plan->result_count; i++) {
        parts[i] = plan->results[i].kind >= RESULT_GUARD ? &plan->results[i] : NULL;
    }
    fprintf(out, " ensures %s: ", name);
    put_elements(out, p, plan, needed_by(p, plan, parts, plan->result_count));
    fprintf(out, "\\result == %s_DONE ==> \\forall integer k; 0 <= k < %s ==> %s[k] == ", p->prefix, limit, array);
    unsigned open = 0;
    for (size_t i = plan->semantics->write_count; i-- > 0;) {
        if (plan->semantics->writes[i].leaf == leaf) {
            fputc('(', out);
            put_call(out, p, plan, plan_result(plan, RESULT_GUARD, (unsigned)i));
            fputs(" && k == ", out);
            put_call(out, p, plan, place_of(plan, (unsigned)i));
            fputs(" ? ", out);
            put_call(out, p, plan, plan_result(plan, RESULT_VALUE, (unsigned)i));
            fputs(" : ", out);
            open++;
        }
    }
    fprintf(out, "\\at(%s[k],Pre)", array);
    for (; open > 0; open--) {
        fputc(')', out);
    }
    fputs(";", out);
}

static void put_arrays(FILE *out, struct planner *p, const struct plan *plan, bool kept) {
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        const struct leaf *leaf = &p->isa->leaves[i];
        unsigned count = 0;
        unsigned last = 0;
        for (size_t k = 0; k < plan->semantics->write_count; k++) {
            count += plan->semantics->writes[k].leaf == i ? 1 : 0;
            last = plan->semantics->writes[k].leaf == i ? (unsigned)k : last;
        }
        if (count == 0) {
            continue;
        }
        bool memory = leaf->class == CLASS_MEMORY;
        const char *name = arena_format(&p->arena, "next_%s", p->leaf_names[i]); /* no parameter of the macro */
        const char *array = arena_format(&p->arena, memory ? "%s" : "s->%s", p->leaf_names[i]);
        const char *limit = memory ? arena_format(&p->arena, "%s_count", p->leaf_names[i]) : arena_format(&p->arena, "%llu", array_elements(leaf));
        if (kept && memory) {
            fprintf(out, " ensures kept_%s: \\result != %s_DONE ==> ", name, p->prefix);
            put_memory_predicate(out, p, array, "same");
            fprintf(out, "0, %s);", limit);
        } else if (kept) {
            fprintf(out, " ensures kept_%s: \\result != %s_DONE ==> \\forall integer k; 0 <= k < %s ==> %s[k] == \\at(%s[k],Pre);", name, p->prefix,
                    limit, array, array);
        } else if (count == 1 && always_true(plan, plan->semantics->writes[last].guard)) {
            put_one_write(out, p, plan, last, array, limit, name);
        } else {
            put_several_writes(out, p, plan, (unsigned)i, array, limit, name);
        }
    }
}

/* The parameters by name. */
static void put_names(FILE *out, const struct planner *p, const struct plan *plan) {
    fputs("(s", out);
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        if (p->virtual_isa != NULL && is_sparse_array(&p->isa->leaves[i]) && plan_reads_array(plan, (unsigned)i)) {
            fprintf(out, ", %s", p->leaf_names[i]);
        } else if (p->isa->leaves[i].class == CLASS_MEMORY && plan_uses_array(plan, (unsigned)i)) {
            fprintf(out, ", %s, %s_count", p->leaf_names[i], p->leaf_names[i]);
        }
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].kind == INPUT_OPERAND || plan->inputs[i].kind == INPUT_CHOICE) {
            fprintf(out, ", %s", plan->inputs[i].name);
        }
    }
    for (size_t i = 0; p->virtual_isa != NULL && i < plan->semantics->write_count; i++) {
        fprintf(out, ", write_%zu", i);
    }
    fputs(plan->has_argument ? ", argument)" : ")", out);
}

/* What the form never changes stays. (Relocated memory that it does not write is no parameter of it.) */
static void put_unchanged(FILE *out, const struct planner *p, const struct plan *plan) {
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        const struct leaf *leaf = &p->isa->leaves[i];
        const char *name = p->leaf_names[i];
        bool changes = plan_writes_leaf(plan, (unsigned)i);
        for (size_t k = 0; k < plan->result_count; k++) {
            changes = changes || (plan->results[k].kind == RESULT_NEXT && plan->results[k].leaf == i);
        }
        if (!changes && leaf->index_width == 0) {
            fprintf(out, " ensures same_%s: \\result == %s_DONE ==> s->%s == \\old(s->%s);", name, p->prefix, name, name);
        } else if (!changes && is_inline_array(leaf)) {
            fprintf(out, " ensures same_%s: \\result == %s_DONE ==> \\forall integer k; 0 <= k < %llu ==> s->%s[k] == \\at(s->%s[k],Pre);", name,
                    p->prefix, array_elements(leaf), name, name);
        }
    }
}

static void open_macro(FILE *out, const struct planner *p, const struct plan *plan, const char *part) {
    fprintf(out, "#define %s_%s", plan->name, part);
    put_names(out, p, plan);
}

/* The postconditions as macros: whoever says that a function does what this form does says so with the same words. */
static void put_ensures(FILE *out, struct planner *p, const struct plan *plan) {
    static const char *const parts[] = {"OUTCOME", "NEXT", "KEPT"};
    bool never = always_true(plan, plan->semantics->trap);
    open_macro(out, p, plan, parts[0]);
    put_outcome(out, p, plan);
    for (unsigned kept = 0; kept < 2; kept++) {
        fputc('\n', out);
        open_macro(out, p, plan, parts[1 + kept]);
        if (!never) {
            (kept != 0 ? put_kept_scalars : put_scalars)(out, p, plan);
        }
        if (!never && p->virtual_isa == NULL) {
            put_arrays(out, p, plan, kept != 0);
        } else if (!never && kept == 0) {
            put_virtual_writes(out, p, plan);
        }
        if (!never && kept == 0 && p->virtual_isa == NULL) { /* of a handler: what is not assigned */
            put_unchanged(out, p, plan);
        }
    }
    fputc('\n', out);
    open_macro(out, p, plan, "ENSURES");
    for (unsigned i = 0; i < 3; i++) {
        fprintf(out, " %s_%s", plan->name, parts[i]);
        put_names(out, p, plan);
    }
    fputc('\n', out);
}

void put_contract(FILE *out, struct planner *p, struct plan *plan) {
    bool sparse = false;
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        sparse = sparse || (p->virtual_isa == NULL && is_sparse_array(&p->isa->leaves[i]) && plan_uses_array(plan, (unsigned)i));
    }
    if (!sparse) {
        put_ensures(out, p, plan);
        fputs("/*@\n", out);
        put_requires(out, p, plan);
        put_assigns(out, p, plan);
        fprintf(out, "  @ %s_ENSURES", plan->name);
        put_names(out, p, plan);
        fputs("\n  @*/\n", out);
    }
    put_signature(out, p, plan);
    fputs(";\n", out);
}
