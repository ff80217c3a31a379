/* The functions of single results, which generated handlers are made of, and how their arguments are written. */
#include "emit_handler_parts.h"
#include "emit_operations.h"

static const char *value_type(unsigned width) { return width == 1 ? "int" : "uint64_t"; }

bool put_arguments(FILE *out, const struct plan *plan, const bool *used, enum argument_style style, bool first) {
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (!used[i]) {
            continue;
        }
        fputs(first ? "" : ", ", out);
        first = false;
        if (style == AS_PARAMETERS) {
            fprintf(out, "%s ", emitted_type(input->width));
        }
        fprintf(out, "%s%s", before_input(plan, input, style == IN_HANDLER), input->name);
    }
    return first;
}

void put_ranges_of(FILE *out, const struct plan *plan, const bool *used) {
    const char *before = " requires ranges: ";
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct input *input = &plan->inputs[i];
        if (used[i] && !is_native(input->width)) {
            fprintf(out, "%s%s%s < %llu", before, before_input(plan, input, false), input->name, 1ull << input->width);
            before = " && ";
        }
    }
    fputs(before[1] == 'r' ? "" : ";\n  @", out);
}

/* Every choice that is used more than once, too: each is a branch, and about each assignment in a branch WP proves something. */
static bool is_local(const struct operations *o, const struct planner *p, term t) {
    return is_shared(o->plan, p->sharing, t) || (term_look(p->isa->pool, t).operation == TERM_IF && sharing_uses(p->sharing, t) > 1);
}

/* The values that are used more than once. */
static void put_locals(const struct operations *o, const struct planner *p, term root) {
    unsigned number = 0;
    for (size_t i = 0; i < sharing_count(p->sharing); i++) {
        term t = sharing_terms(p->sharing)[i];
        unsigned width = term_width(p->isa->pool, t);
        if (t == root || !is_local(o, p, t)) {
            continue;
        }
        fprintf(o->out, "    const %s t%u = ", value_type(width), number + 1);
        put_operation(o, t);
        fputs(";\n", o->out);
        sharing_set_number(p->sharing, t, ++number);
    }
}

void put_logic_value(FILE *out, const struct plan *plan, const struct result *r, const bool *used) {
    fputs(r->function, out);
    for (size_t i = 0; i < plan->input_count; i++) {
        if (used[i]) {
            fputc('(', out);
            (void)put_arguments(out, plan, used, AS_NAMES, true);
            fputc(')', out);
            return;
        }
    }
}

void put_result_function(FILE *out, struct planner *p, const struct plan *plan, const struct result *r) {
    const bool *used = used_inputs(p, plan, r->value); /* and collects the terms for what follows */
    const struct operations o = {out, plan, p->sharing, p->prefix, false};
    unsigned width = term_width(p->isa->pool, r->value);
    fputs("\n/*@", out);
    put_ranges_of(out, plan, used);
    fputs(" assigns \\nothing;\n  @ ensures value: \\result ", out);
    fputs(is_predicate(r->kind) ? "== 1 <==> " : "== ", out);
    put_logic_value(out, plan, r, used);
    fprintf(out, ";\n  @*/\nstatic inline %s value_%s(", emitted_type(width), r->function);
    fputs(put_arguments(out, plan, used, AS_PARAMETERS, true) ? "void) {\n" : ") {\n", out);
    put_locals(&o, p, r->value);
    fprintf(out, width > 32 ? "    return " : "    return (%s)(", emitted_type(width));
    put_operation(&o, r->value);
    fputs(width > 32 ? ";\n}\n" : ");\n}\n", out);
}

void add_used(struct planner *p, const struct plan *plan, const struct result *r, bool *used) {
    const bool *one = used_inputs(p, plan, r->value);
    for (size_t i = 0; i < plan->input_count; i++) {
        used[i] = used[i] || one[i];
    }
}

void put_request(FILE *out, struct planner *p, const struct plan *plan, const struct result *r, enum argument_style style) {
    fprintf(out, "value_%s(", r->function);
    (void)put_arguments(out, plan, used_inputs(p, plan, r->value), style, true);
    fputc(')', out);
}
