/* The header that handlers of a monitor are written against: virtual processor, gate, and a contract for each form and mode. */
#include "emit_contract.h"
#include "virtual.h"

#include <string.h>

/* Arrays are read through one function, as they were before the instruction, and writes are handed over, to be done when the handler is. */
static void put_gate(FILE *out, const struct planner *p) {
    const char *n = p->prefix;
    fputs("\n/* An array of the machine: the elements that are not 0, in any order, each at most once. Memory of the caller. */\n", out);
    fprintf(out, "struct %s_array {\n    uint32_t count;\n    const uint64_t *index;\n    const uint64_t *value;\n};\n", n);
    fputs("/* A write that a handler asks for: to be done when it returns DONE and `guard` is 1, in the order of the parameters. */\n", out);
    fprintf(out, "struct %s_write {\n    uint8_t guard;\n    uint64_t index, value;\n};\n", n);
    fprintf(out,
            "/*@ predicate %s_readable{L}(struct %s_array *a) = \\valid_read(a) && \\valid_read(a->index + (0 .. a->count - 1))\n"
            "  @     && \\valid_read(a->value + (0 .. a->count - 1));\n  @*/\n",
            n, n);
    fprintf(out, "#ifdef %s_ELEMENTS /* for the unit that proves the gate: the last element with the index, or 0 */\n", n);
    fprintf(out,
            "/*@ logic integer %s_look{L}(struct %s_array *a, integer index, integer count) =\n"
            "  @     count <= 0 ? 0 : a->index[count - 1] == index ? a->value[count - 1] : %s_look(a, index, count - 1);\n"
            "  @ logic integer %s_element{L}(struct %s_array *a, integer index) = %s_look(a, index, a->count);\n  @*/\n",
            n, n, n, n, n, n);
    fprintf(out, "#else /* for handlers: a function that they do not look into */\n/*@ axiomatic %s_elements {\n", n);
    fprintf(out,
            "  @ logic integer %s_element{L}(struct %s_array *a, integer index)\n"
            "  @     reads a->count, a->index, a->value, a->index[0 .. a->count - 1], a->value[0 .. a->count - 1];\n  @ } */\n#endif\n",
            n, n);
    fputs("/* The gate: the only way of a handler to an array. */\n", out);
    fprintf(out, "/*@ requires array: %s_readable(a);\n  @ assigns \\nothing;\n  @ ensures element: \\result == %s_element(a, index);\n  @*/\n", n,
            n);
    fprintf(out, "uint64_t %s_read(const struct %s_array *a, uint64_t index);\n", n, n);
}

/* What `&` of two values is called: see emit_expression.h. */
static void put_and_function(FILE *out, const struct planner *p) {
    fprintf(out, "\n/*@ logic integer %s_and(integer a, integer b) = a & b; */\n", p->prefix);
}

/* Opaque functions are C functions too, which whoever links the handlers defines. */
static void put_opaque_functions(FILE *out, struct planner *p) {
    put_acsl_opaque(out, p);
    for (size_t i = 0; i < p->isa->opaque_count; i++) {
        char name[200];
        symbol s = p->isa->opaque_symbols[i];
        unsigned count = term_symbol_argument_count(p->isa->pool, s);
        unsigned width = term_symbol_width(p->isa->pool, s);
        emit_identifier(term_symbol_name(p->isa->pool, s), name, sizeof name);
        fprintf(out, "/*@ assigns \\nothing;\n  @ ensures value: \\result == %s_%s", p->prefix, name);
        for (unsigned k = 0; k < count; k++) {
            fprintf(out, "%sa%u", k == 0 ? "(" : ", ", k);
        }
        fputs(count == 0 ? ";\n" : ");\n", out);
        if (width < 64) {
            fprintf(out, "  @ ensures range: \\result < %llu;\n", 1ull << width);
        }
        fprintf(out, "  @*/\n%s %s_%s(", emitted_type(width), p->prefix, name);
        for (unsigned k = 0; k < count; k++) {
            fprintf(out, "%s%s a%u", k == 0 ? "" : ", ", emitted_type(term_symbol_argument_widths(p->isa->pool, s)[k]), k);
        }
        fputs(count == 0 ? "void);\n" : ");\n", out);
    }
}

/* What is the same in every state before an instruction of a mode. */
static void put_modes(FILE *out, const struct planner *p) {
    const struct virtual_isa *v = p->virtual_isa;
    fputs("\n/* What a handler may count on. */\n", out);
    for (size_t mode = 0; mode < p->isa->mode_count; mode++) {
        fprintf(out, "#define %s_%s_REQUIRES(s)", p->prefix, p->isa->modes[mode].name);
        for (size_t i = 0; i < p->isa->leaf_count; i++) {
            const struct virtual_fixed *f = &v->fixed[mode * p->isa->leaf_count + i];
            if (f->known) {
                fprintf(out, " requires fixed_%s: s->%s == %llu;", p->leaf_names[i], p->leaf_names[i], (unsigned long long)f->value);
            }
        }
        fputc('\n', out);
    }
}

/* All contracts, or, for a unit that defines PREFIX_of_SOME, those of the instructions for which it defines PREFIX_of_INSTRUCTION: so that it does
 * not depend on the others. */
static void put_contracts(FILE *out, struct planner *p) {
    const struct virtual_isa *v = p->virtual_isa;
    const char *last = "";
    for (size_t i = 0; i < v->isa.form_count; i++) {
        const struct form *form = &v->isa.forms[i];
        if (strcmp(form->instruction, last) != 0) {
            fprintf(out, "%s\n#if !defined(%s_of_SOME) || defined(%s_of_%s)\n", last[0] == '\0' ? "" : "#endif\n", p->prefix, p->prefix,
                    form->instruction);
            last = form->instruction;
        }
        struct plan *plan = plan_form(p, &v->isa.forms[i], v->forms[i].mode);
        share_functions(p, plan);
        put_acsl_form(out, p, plan);
    }
    fputs(last[0] == '\0' ? "" : "#endif\n", out);
}

static bool write_header(FILE *out, struct planner *p, struct isa *isa, char problem[200]) {
    struct virtual_isa *v = virtual_isa_new(&p->arena, isa);
    if (v->problem != NULL) {
        (void)snprintf(problem, 200, "%s", v->problem);
        return false;
    }
    p->virtual_isa = v;
    planner_start(p, &v->isa);
    put_types(out, p, "acsl --for handlers");
    put_gate(out, p);
    put_and_function(out, p);
    put_opaque_functions(out, p);
    put_modes(out, p);
    put_contracts(out, p);
    return true;
}

bool emit_handlers(FILE *out, struct isa *isa, char problem[200]) {
    struct planner p;
    jmp_buf exhausted;
    memset(&p, 0, sizeof p);
    p.arena.exhausted = &exhausted;
    problem[0] = '\0';
    bool good = setjmp(exhausted) == 0 && write_header(out, &p, isa, problem);
    planner_end(&p);
    return good && !term_pool_failed(isa->pool) && ferror(out) == 0;
}
