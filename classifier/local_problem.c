/* The values of a query in the local search: a variable gets another one, and what depends on it follows. */
#include "local_problem.h"

#include <stdlib.h>
#include <string.h>

void local_problem_free(struct local_problem *p) {
    cone_free(p->cone);
    free(p->nodes);
    free(p->values);
    free(p->stale);
    free(p->lists);
    free(p->parents);
    free(p->functions);
    free(p->function_of);
    free(p->entries);
    free(p->entry_arguments);
    free(p->conditions);
    memset(p, 0, sizeof *p);
}

static uint32_t find_entry(const struct local_problem *p, const struct local_node *node) {
    uint32_t at = p->functions[node->arguments[1]].entries;
    for (; at != LOCAL_NONE; at = p->entries[at].next) {
        const word128 *arguments = p->entry_arguments + p->entries[at].arguments;
        unsigned i = 0;
        while (i < node->argument_count && arguments[i] == p->values[p->lists[node->arguments[0] + i]]) {
            i++;
        }
        if (i == node->argument_count) {
            break;
        }
    }
    return at;
}

/* Operands of forms that differ in size have symbols that differ in what follows the colon. What such a sibling holds in its upper bits (the selector
 * of a far pointer) is more likely to fit than zero. */
static word128 value_of_sibling(const struct local_problem *p, const struct local_node *node, symbol s) {
    const char *name = term_symbol_name(p->pool, s);
    const char *colon = strchr(name, ':');
    for (size_t i = 0; colon != NULL && i < valuation_size(p->near); i++) {
        const struct valuation_entry *e = &valuation_entries(p->near)[i];
        unsigned width = term_symbol_width(p->pool, e->symbol);
        if (e->argument_count == 0 && strncmp(term_symbol_name(p->pool, e->symbol), name, (size_t)(colon - name) + 1) == 0) {
            return width <= node->width ? e->value << (node->width - width) : e->value >> (width - node->width);
        }
    }
    return 0;
}

static word128 value_near(const struct local_problem *p, const struct local_node *node, symbol s) {
    word128 arguments[TERM_MAXIMUM_ARGUMENTS];
    for (unsigned i = 0; i < node->argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
        arguments[i] = p->values[p->lists[node->arguments[0] + i]];
    }
    if (p->near == NULL) {
        return 0;
    }
    if (node->argument_count == 0 && !valuation_has(p->near, s)) {
        return value_of_sibling(p, node, s);
    }
    return valuation_get(p->near, s, arguments, node->argument_count) & term_mask(node->width);
}

word128 local_compute(const struct local_problem *p, const struct local_node *n) {
    const uint32_t *a = n->arguments;
    uint32_t entry = 0;
    switch (n->operation) {
    case TERM_APPLY:
        entry = find_entry(p, n);
        return entry != LOCAL_NONE ? p->entries[entry].value : value_near(p, n, p->functions[a[1]].symbol);
    case TERM_IF:
        return p->values[a[0]] != 0 ? p->values[a[1]] : p->values[a[2]];
    case TERM_CONCATENATE:
        return (p->values[a[0]] << p->nodes[a[1]].width) | p->values[a[1]];
    case TERM_EXTRACT:
        return (p->values[a[0]] >> n->low) & term_mask(n->width);
    case TERM_NOT:
        return ~p->values[a[0]] & term_mask(n->width);
    case TERM_AND:
        return p->values[a[0]] & p->values[a[1]];
    case TERM_EQUAL:
        return p->values[a[0]] == p->values[a[1]];
    default:
        return term_compute(n->operation, p->nodes[a[0]].width, p->values[a[0]], p->values[a[1]]);
    }
}

static void mark_parents(struct local_problem *p, const struct local_node *n, uint32_t *last) {
    for (uint32_t i = 0; i < n->parent_count; i++) {
        uint32_t parent = p->parents[n->parents + i];
        p->stale[parent] = true;
        *last = parent > *last ? parent : *last;
    }
}

/* Values are settled from the first stale place upwards, until nothing is stale. */
static void settle(struct local_problem *p, uint32_t first, uint32_t last) {
    for (uint32_t at = first; at <= last; at++) {
        if (p->stale[at]) {
            p->stale[at] = false;
            word128 value = local_compute(p, &p->nodes[at]);
            if (value != p->values[at]) {
                p->values[at] = value;
                mark_parents(p, &p->nodes[at], &last);
            }
        }
    }
}

static bool set_element(struct local_problem *p, const struct local_node *node, word128 value) {
    uint32_t entry = find_entry(p, node);
    if (entry == LOCAL_NONE) {
        if (!local_room((void **)&p->entries, &p->entry_capacity, p->entry_count + 1, sizeof *p->entries) ||
            !local_room((void **)&p->entry_arguments, &p->entry_argument_capacity, p->entry_argument_count + node->argument_count, sizeof(word128))) {
            return false;
        }
        struct local_function *function = &p->functions[node->arguments[1]];
        entry = (uint32_t)p->entry_count++;
        p->entries[entry] = (struct local_entry){function->entries, (uint32_t)p->entry_argument_count, 0};
        function->entries = entry;
        for (unsigned i = 0; i < node->argument_count; i++) {
            p->entry_arguments[p->entry_argument_count++] = p->values[p->lists[node->arguments[0] + i]];
        }
    }
    p->entries[entry].value = value;
    return true;
}

bool local_problem_set(struct local_problem *p, uint32_t place, word128 value) {
    const struct local_node *node = &p->nodes[place];
    uint32_t first = place;
    uint32_t last = place;
    if (node->argument_count == 0) {
        p->values[place] = value;
        mark_parents(p, node, &last);
    } else {
        if (!set_element(p, node, value)) {
            return false;
        }
        /* Other applications may have the same arguments. */
        for (uint32_t at = p->functions[node->arguments[1]].applications; at != LOCAL_NONE; at = p->nodes[at].other) {
            p->stale[at] = true;
            first = at < first ? at : first;
            last = at > last ? at : last;
        }
    }
    settle(p, first, last);
    return true;
}

unsigned long local_problem_cost(const struct local_problem *p) {
    unsigned long cost = 0;
    for (size_t i = 0; i < p->condition_count; i++) {
        cost += (p->values[p->conditions[i].place] != 0) != p->conditions[i].wanted ? p->conditions[i].weight : 0;
    }
    return cost;
}

struct valuation *local_problem_model(const struct local_problem *p) {
    struct valuation *model = valuation_new();
    bool good = model != NULL;
    for (size_t at = 0; good && at < p->node_count; at++) {
        const struct local_node *node = &p->nodes[at];
        word128 arguments[TERM_MAXIMUM_ARGUMENTS];
        if (node->operation == TERM_APPLY) {
            for (unsigned i = 0; i < node->argument_count && i < TERM_MAXIMUM_ARGUMENTS; i++) {
                arguments[i] = p->values[p->lists[node->arguments[0] + i]];
            }
            good = valuation_set(model, p->functions[node->arguments[1]].symbol, arguments, node->argument_count, p->values[at]);
        }
    }
    if (!good) {
        valuation_free(model);
        return NULL;
    }
    return model;
}
