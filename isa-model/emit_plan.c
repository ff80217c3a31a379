/* Lists the inputs and results of a form, and names them. */
#include "emit_plan.h"

#include <stdlib.h>
#include <string.h>

static const char *identifier(struct planner *p, const char *text) {
    char name[200];
    emit_identifier(text, name, sizeof name);
    return arena_copy(&p->arena, name, strlen(name));
}

bool is_inline_array(const struct leaf *leaf) {
    return leaf->index_width != 0 && leaf->class != CLASS_MEMORY && leaf->index_width <= EMIT_INLINE_INDEX_WIDTH;
}

bool is_sparse_array(const struct leaf *leaf) { return leaf->class != CLASS_MEMORY && leaf->index_width > EMIT_INLINE_INDEX_WIDTH; }

bool operand_is_pointer(const struct operand *o) { return (o->direction & OPERAND_OUT) != 0; }

void planner_start(struct planner *p, struct isa *isa) {
    p->isa = isa;
    p->prefix = identifier(p, isa->name);
    p->leaf_names = arena_allocate(&p->arena, (isa->leaf_count + 1) * sizeof *p->leaf_names);
    for (size_t i = 0; i < isa->leaf_count; i++) {
        p->leaf_names[i] = identifier(p, isa->leaves[i].name);
    }
    p->sharing = sharing_new();
    if (p->sharing == NULL) {
        longjmp(*p->arena.exhausted, 1);
    }
}

void planner_end(struct planner *p) {
    sharing_free(p->sharing);
    arena_free(&p->arena);
}

static const char *form_name(struct planner *p, const struct form *form, unsigned mode) {
    const char *text = form->text;
    if (p->isa->mode_count > 1) {
        text = arena_format(&p->arena, "%s_%s", form->text, p->isa->modes[mode].name);
    }
    const char *name = arena_format(&p->arena, "%s_%s", p->prefix, identifier(p, text));
    unsigned copies = 0;
    for (size_t i = 0; i < p->taken_count; i++) {
        copies += strcmp(p->taken[i], name) == 0 ? 1 : 0;
    }
    if (p->taken_count == p->taken_capacity) {
        p->taken = arena_grow(&p->arena, p->taken, p->taken_count, &p->taken_capacity, sizeof *p->taken);
    }
    p->taken[p->taken_count++] = name;
    return copies == 0 ? name : arena_format(&p->arena, "%s_%u", name, copies + 1);
}

static void add_result(struct plan *plan, enum result_kind kind, const char *name, term value, unsigned number) {
    plan->results[plan->result_count++] = (struct result){kind, name, NULL, false, value, number, number, number};
}

/* The place or reach of an access to relocated memory. */
static term at_address(struct planner *p, const struct leaf *leaf, term t, term index) {
    struct substitution *s = substitution_new(p->isa->pool);
    if (s == NULL) {
        longjmp(*p->arena.exhausted, 1);
    }
    substitution_replace(s, leaf->address, index);
    term result = substitute(s, t);
    substitution_free(s);
    return result;
}

static void list_results(struct planner *p, struct plan *plan) {
    const struct semantics *m = plan->semantics;
    struct arena *a = &p->arena;
    word128 zero = 1;
    plan->results = arena_allocate(a, (5 + p->isa->leaf_count + m->operand_count + 4 * m->write_count) * sizeof *plan->results);
    add_result(plan, RESULT_MEMORY_TRAP, "memory_trap", m->memory_trap, 0);
    add_result(plan, RESULT_TRAP, "trap", m->trap, 0);
    add_result(plan, RESULT_VECTOR, "vector", m->trap_vector, 0);
    plan->has_argument = !term_is_constant(p->isa->pool, m->trap_argument, &zero) || zero != 0;
    if (plan->has_argument) {
        add_result(plan, RESULT_ARGUMENT, "argument", m->trap_argument, 0);
    }
    if (m->refused != term_false(p->isa->pool)) {
        add_result(plan, RESULT_REFUSED, "refused", m->refused, 0);
    }
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        const struct leaf *leaf = &p->isa->leaves[i];
        if (leaf->index_width == 0 && m->next[i] != term_apply(p->isa->pool, leaf->symbol, NULL, 0)) {
            add_result(plan, RESULT_NEXT, arena_format(a, "next_%s", p->leaf_names[i]), m->next[i], (unsigned)i);
        }
    }
    for (size_t i = 0; i < m->operand_count; i++) {
        const struct operand *o = &m->operands[i];
        if (operand_is_pointer(o) && o->next != term_apply(p->isa->pool, o->symbol, NULL, 0)) {
            add_result(plan, RESULT_OPERAND, arena_format(a, "next_operand_%s", identifier(p, o->name)), o->next, (unsigned)i);
        }
    }
    for (size_t i = 0; i < m->write_count; i++) {
        const struct array_write *w = &m->writes[i];
        const struct leaf *leaf = &p->isa->leaves[w->leaf];
        add_result(plan, RESULT_GUARD, arena_format(a, "write_%zu_guard", i), w->guard, (unsigned)i);
        add_result(plan, RESULT_INDEX, arena_format(a, "write_%zu_index", i), w->index, (unsigned)i);
        add_result(plan, RESULT_VALUE, arena_format(a, "write_%zu_value", i), w->value, (unsigned)i);
        if (leaf->class == CLASS_MEMORY) {
            add_result(plan, RESULT_PLACE, arena_format(a, "write_%zu_place", i), at_address(p, leaf, leaf->place, w->index), (unsigned)i);
        }
    }
}

static void add_input(struct plan *plan, struct input input) { plan->inputs[plan->input_count++] = input; }

static bool collect(struct planner *p, const struct plan *plan, const term *more, size_t more_count) {
    term *roots = arena_allocate(&p->arena, (plan->result_count + more_count) * sizeof *roots);
    for (size_t i = 0; i < plan->result_count; i++) {
        roots[i] = plan->results[i].value;
    }
    for (size_t i = 0; i < more_count; i++) {
        roots[plan->result_count + i] = more[i];
    }
    return sharing_collect(p->sharing, p->isa, roots, plan->result_count + more_count, false);
}

static int compare_terms(const void *a, const void *b) {
    const struct input *x = a;
    const struct input *y = b;
    return x->apply < y->apply ? -1 : x->apply > y->apply ? 1 : 0;
}

/* An element is named after its index when that has a name: reg_a, word_at_reg_a; else by number. */
static const char *element_name(struct planner *p, const struct plan *plan, const struct input *elements, size_t i) {
    const char *array = p->leaf_names[elements[i].leaf];
    const char *name = NULL;
    for (size_t k = 0; k < plan->semantics->operand_count && name == NULL; k++) {
        const struct operand *o = &plan->semantics->operands[k];
        if (term_apply(p->isa->pool, o->symbol, NULL, 0) == elements[i].index) {
            name = arena_format(&p->arena, "%s_%s", array, identifier(p, o->name));
        }
    }
    for (size_t k = 0; k < i && name == NULL; k++) {
        if (elements[k].apply == elements[i].index) {
            name = arena_format(&p->arena, "%s_at_%s", array, elements[k].name);
        }
    }
    for (size_t k = 0; k < p->isa->leaf_count && name != NULL; k++) {
        name = strcmp(name, p->leaf_names[k]) == 0 ? NULL : name;
    }
    return name != NULL ? name : arena_format(&p->arena, "%s_%zu", array, i);
}

/* The elements that are read, in an order in which no index needs a later one; with what their places are made of. */
static struct input *list_elements(struct planner *p, const struct plan *plan, size_t *count) {
    struct term_pool *pool = p->isa->pool;
    const struct sharing *s = p->sharing;
    struct input *elements = arena_allocate(&p->arena, (sharing_count(s) + 1) * sizeof *elements);
    *count = 0;
    for (size_t i = 0; i < p->isa->leaf_count; i++) {
        const struct leaf *leaf = &p->isa->leaves[i];
        for (size_t k = 0; leaf->index_width != 0 && k < sharing_count(s); k++) {
            term t = sharing_terms(s)[k];
            struct term_view view = term_look(pool, t);
            if (view.operation == TERM_APPLY && view.symbol == leaf->symbol) {
                elements[(*count)++] = (struct input){INPUT_ELEMENT, NULL, leaf->width, (unsigned)i, 0, t, view.arguments[0], TERM_NONE, TERM_NONE};
            }
        }
    }
    qsort(elements, *count, sizeof *elements, compare_terms);
    for (size_t i = 0; i < *count; i++) {
        const struct leaf *leaf = &p->isa->leaves[elements[i].leaf];
        elements[i].name = element_name(p, plan, elements, i);
        if (leaf->class == CLASS_MEMORY) {
            elements[i].place = at_address(p, leaf, leaf->place, elements[i].index);
            elements[i].reach = at_address(p, leaf, leaf->reach, elements[i].index);
        }
    }
    return elements;
}

static void list_scalars(struct planner *p, struct plan *plan) {
    const struct isa *isa = p->isa;
    struct term_pool *pool = isa->pool;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        term t = isa->leaves[i].index_width == 0 ? term_apply(pool, isa->leaves[i].symbol, NULL, 0) : TERM_NONE;
        if (t != TERM_NONE && sharing_contains(p->sharing, t)) {
            add_input(plan, (struct input){INPUT_STATE, p->leaf_names[i], isa->leaves[i].width, (unsigned)i, 0, t, 0, 0, 0});
        }
    }
    for (size_t i = 0; i < plan->semantics->operand_count; i++) {
        const struct operand *o = &plan->semantics->operands[i];
        add_input(plan,
                  (struct input){INPUT_OPERAND, identifier(p, o->name), o->width, 0, (unsigned)i, term_apply(pool, o->symbol, NULL, 0), 0, 0, 0});
    }
    term length = term_apply(pool, isa->length, NULL, 0);
    if (sharing_contains(p->sharing, length)) {
        add_input(plan, (struct input){INPUT_CHOICE, "length", 4, 0, 0, length, 0, 0, 0});
    }
    for (size_t i = 0; i < isa->undefined_count; i++) {
        term t = term_apply(pool, isa->undefined_symbols[i], NULL, 0);
        if (sharing_contains(p->sharing, t)) {
            const char *name = identifier(p, term_symbol_name(pool, isa->undefined_symbols[i]));
            add_input(plan, (struct input){INPUT_CHOICE, name, term_width(pool, t), 0, 0, t, 0, 0, 0});
        }
    }
}

static void list_inputs(struct planner *p, struct plan *plan) {
    size_t count = 0;
    if (!collect(p, plan, NULL, 0)) {
        longjmp(*p->arena.exhausted, 1);
    }
    struct input *elements = list_elements(p, plan, &count);
    term *more = arena_allocate(&p->arena, (2 * count + 1) * sizeof *more);
    size_t more_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (elements[i].place != TERM_NONE) {
            more[more_count++] = elements[i].place;
            more[more_count++] = elements[i].reach;
        }
    }
    if (!collect(p, plan, more, more_count)) {
        longjmp(*p->arena.exhausted, 1);
    }
    plan->inputs =
        arena_allocate(&p->arena, (p->isa->leaf_count + plan->semantics->operand_count + 1 + p->isa->undefined_count + count) * sizeof *plan->inputs);
    list_scalars(p, plan);
    for (size_t i = 0; i < count; i++) {
        add_input(plan, elements[i]);
    }
}

struct plan *plan_form(struct planner *p, const struct form *form, unsigned mode) {
    const struct semantics *semantics = ((form->modes >> mode) & 1) != 0 ? form->semantics[mode] : NULL;
    if (semantics == NULL) {
        return NULL;
    }
    struct plan *plan = arena_allocate(&p->arena, sizeof *plan);
    plan->isa = p->isa;
    plan->form = form;
    plan->semantics = semantics;
    plan->name = form_name(p, form, mode);
    list_results(p, plan);
    for (size_t i = 0; i < plan->result_count; i++) {
        plan->results[i].function = arena_format(&p->arena, "%s_%s", plan->name, plan->results[i].name);
    }
    list_inputs(p, plan);
    return plan;
}

const struct input *plan_input(const struct plan *plan, term apply) {
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].apply == apply) {
            return &plan->inputs[i];
        }
    }
    return NULL;
}

const struct input *plan_operand(const struct plan *plan, unsigned operand) {
    return plan_input(plan, term_apply(plan->isa->pool, plan->semantics->operands[operand].symbol, NULL, 0));
}

const struct result *plan_result(const struct plan *plan, enum result_kind kind, unsigned write) {
    for (size_t i = 0; i < plan->result_count; i++) {
        if (plan->results[i].kind == kind && plan->results[i].write == write) {
            return &plan->results[i];
        }
    }
    return NULL;
}

bool input_is_pointer(const struct plan *plan, const struct input *input) {
    return input->kind == INPUT_OPERAND && operand_is_pointer(&plan->semantics->operands[input->operand]);
}

bool plan_writes_leaf(const struct plan *plan, unsigned leaf) {
    for (size_t i = 0; i < plan->semantics->write_count; i++) {
        if (plan->semantics->writes[i].leaf == leaf) {
            return true;
        }
    }
    return false;
}

bool plan_reads_array(const struct plan *plan, unsigned leaf) {
    for (size_t i = 0; i < plan->input_count; i++) {
        if (plan->inputs[i].kind == INPUT_ELEMENT && plan->inputs[i].leaf == leaf) {
            return true;
        }
    }
    return false;
}

bool plan_uses_array(const struct plan *plan, unsigned leaf) { return plan_reads_array(plan, leaf) || plan_writes_leaf(plan, leaf); }
