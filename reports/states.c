/* The components of witness states by name. */
#include "states.h"
#include "../isa-model/grow.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

struct collector {
    const struct isa *isa;
    const struct semantics *semantics;
    struct component_list *list;
    size_t capacity;
};

static bool same_place(const struct component *c, symbol s, const word128 *arguments, unsigned count) {
    if (c->symbol != s || c->argument_count != count) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (c->arguments[i] != arguments[i]) {
            return false;
        }
    }
    return true;
}

static struct component *find(const struct collector *k, symbol s, const word128 *arguments, unsigned count) {
    for (size_t i = 0; i < k->list->count; i++) {
        if (same_place(&k->list->items[i], s, arguments, count)) {
            return &k->list->items[i];
        }
    }
    return NULL;
}

static const struct leaf *leaf_of(const struct isa *isa, symbol s) {
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].symbol == s) {
            return &isa->leaves[i];
        }
    }
    return NULL;
}

static const struct operand *operand_of(const struct semantics *semantics, symbol s) {
    for (size_t i = 0; i < semantics->operand_count; i++) {
        if (semantics->operands[i].symbol == s) {
            return &semantics->operands[i];
        }
    }
    return NULL;
}

static void name_component(const struct collector *k, struct component *c) {
    const struct operand *operand = operand_of(k->semantics, c->symbol);
    const char *name = c->leaf != NULL ? c->leaf->name : operand != NULL ? operand->name : term_symbol_name(k->isa->pool, c->symbol);
    size_t used = (size_t)snprintf(c->name, sizeof c->name, "%s%s", operand != NULL ? "operand " : "", name);
    for (unsigned i = 0; i < c->argument_count && used < sizeof c->name; i++) {
        char index[48];
        value_text(NULL, 128, c->arguments[i], index, sizeof index);
        used += (size_t)snprintf(c->name + used, sizeof c->name - used, "[%s]", index);
    }
    c->is_state = c->leaf != NULL || operand != NULL;
}

static struct component *add(struct collector *k, symbol s, const word128 *arguments, unsigned count) {
    struct component *known = find(k, s, arguments, count);
    if (known != NULL) {
        return known;
    }
    struct component *grown = array_grow(k->list->items, k->list->count, &k->capacity, sizeof *grown);
    if (grown == NULL) {
        return NULL;
    }
    k->list->items = grown;
    struct component *c = &k->list->items[k->list->count++];
    memset(c, 0, sizeof *c);
    c->symbol = s;
    c->leaf = leaf_of(k->isa, s);
    c->width = term_symbol_width(k->isa->pool, s);
    c->argument_count = count;
    for (unsigned i = 0; i < count; i++) {
        c->arguments[i] = arguments[i];
    }
    name_component(k, c);
    return c;
}

static bool add_valuation(struct collector *k, const struct valuation *v) {
    size_t count = v == NULL ? 0 : valuation_size(v);
    for (size_t i = 0; i < count; i++) {
        const struct valuation_entry *e = &valuation_entries(v)[i];
        if (add(k, e->symbol, e->arguments, e->argument_count) == NULL) {
            return false;
        }
    }
    return true;
}

/* Array elements have no index in the list of differences: every element that the step changes, or that differs afterwards, is one. */
static bool element_differs(const struct component *c, const struct witness *w) {
    word128 first = component_after(c, &w->states[0]);
    bool differs = first != component_before(c, &w->states[0]);
    return differs || (w->state_count == 2 && (first != component_after(c, &w->states[1])));
}

static bool mark_differences(struct collector *k, const struct witness *w) {
    for (size_t i = 0; i < w->difference_count; i++) {
        unsigned at = w->differences[i];
        bool is_leaf = at < k->isa->leaf_count;
        symbol s = is_leaf ? k->isa->leaves[at].symbol : k->semantics->operands[at - k->isa->leaf_count].symbol;
        bool is_array = is_leaf && k->isa->leaves[at].index_width != 0;
        if (!is_array && add(k, s, NULL, 0) == NULL) {
            return false;
        }
        for (size_t c = 0; c < k->list->count; c++) {
            struct component *item = &k->list->items[c];
            item->is_difference = item->is_difference || (item->symbol == s && (!is_array || element_differs(item, w)));
        }
    }
    return true;
}

static void mark_root(const struct collector *k, term root, symbol except, unsigned char *marks) {
    if (root == TERM_NONE) {
        return;
    }
    struct term_view view = term_look(k->isa->pool, root);
    if (view.operation == TERM_APPLY && view.argument_count == 0 && view.symbol == except) {
        return; /* stays as it is */
    }
    term_mark(k->isa->pool, root, marks);
}

static bool mark_reads(const struct collector *k) {
    const struct semantics *f = k->semantics;
    size_t size = term_pool_size(k->isa->pool);
    unsigned char *marks = calloc(size + 1, 1);
    if (marks == NULL) {
        return false;
    }
    const term roots[] = {f->trap, f->memory_trap, f->trap_vector, f->trap_argument};
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        mark_root(k, roots[i], UINT32_MAX, marks);
    }
    for (size_t i = 0; i < k->isa->leaf_count; i++) {
        if (k->isa->leaves[i].class != CLASS_COUNTER) {
            mark_root(k, f->next[i], k->isa->leaves[i].symbol, marks);
        }
    }
    for (size_t i = 0; i < f->operand_count; i++) {
        mark_root(k, f->operands[i].next, f->operands[i].symbol, marks);
    }
    for (size_t i = 0; i < f->write_count; i++) {
        mark_root(k, f->writes[i].guard, UINT32_MAX, marks);
        mark_root(k, f->writes[i].index, UINT32_MAX, marks);
        mark_root(k, f->writes[i].value, UINT32_MAX, marks);
    }
    for (term t = 0; t < size; t++) {
        if (marks[t] != 0 && term_look(k->isa->pool, t).operation == TERM_APPLY) {
            symbol s = term_look(k->isa->pool, t).symbol;
            for (size_t i = 0; i < k->list->count; i++) {
                k->list->items[i].is_read = k->list->items[i].is_read || k->list->items[i].symbol == s;
            }
        }
    }
    free(marks);
    return true;
}

bool components_of(const struct isa *isa, const struct semantics *semantics, const struct witness *witness, struct component_list *list) {
    *list = (struct component_list){NULL, 0};
    struct collector k = {isa, semantics, list, 0};
    bool complete = true;
    for (unsigned i = 0; i < witness->state_count && complete; i++) {
        complete = add_valuation(&k, witness->states[i].before) && add_valuation(&k, witness->states[i].result.after);
    }
    complete = complete && mark_differences(&k, witness) && mark_reads(&k);
    if (!complete) {
        components_free(list);
    }
    return complete;
}

void components_free(struct component_list *list) {
    free(list->items);
    *list = (struct component_list){NULL, 0};
}

word128 component_before(const struct component *c, const struct witness_state *state) {
    return valuation_get(state->before, c->symbol, c->arguments, c->argument_count);
}

word128 component_after(const struct component *c, const struct witness_state *state) {
    if (state->result.outcome != STEP_DONE || state->result.after == NULL || !c->is_state) {
        return component_before(c, state);
    }
    /* The state after holds all scalars of the state, the operands that are results, and the elements that were written. */
    const struct valuation_entry *entries = valuation_entries(state->result.after);
    for (size_t i = 0; i < valuation_size(state->result.after); i++) {
        if (same_place(c, entries[i].symbol, entries[i].arguments, entries[i].argument_count)) {
            return entries[i].value;
        }
    }
    return component_before(c, state);
}

void outcome_text(const struct isa *isa, const struct step_result *result, char *text, size_t size) {
    if (result->outcome == STEP_DONE) {
        (void)snprintf(text, size, "completes");
        return;
    }
    if (result->outcome == STEP_MEMORY_TRAP) {
        (void)snprintf(text, size, "memory trap");
        return;
    }
    for (size_t i = 0; i < isa->trap_count; i++) {
        if (isa->traps[i].vector == result->trap_vector) {
            if (isa->traps[i].argument_width == 0) {
                (void)snprintf(text, size, "traps: %s", isa->traps[i].name);
            } else {
                (void)snprintf(text, size, "traps: %s(0x%llx)", isa->traps[i].name, (unsigned long long)result->trap_argument);
            }
            return;
        }
    }
    (void)snprintf(text, size, "traps: vector %u", result->trap_vector);
}
