/* A query laid out for the local search: its terms by place, who uses them, arrays and opaque functions, and the conditions that it consists of. */
#include "local_problem.h"

#include <stdlib.h>
#include <string.h>

bool local_room(void **array, size_t *capacity, size_t wanted, size_t element) {
    if (wanted <= *capacity) {
        return true;
    }
    size_t larger = *capacity < 64 ? 64 : *capacity;
    while (larger < wanted) {
        larger *= 2;
    }
    void *memory = realloc(*array, larger * element);
    if (memory == NULL) {
        return false;
    }
    *array = memory;
    *capacity = larger;
    return true;
}

static bool function_of(struct local_problem *p, symbol s, unsigned argument_count, uint32_t *function) {
    if (s >= p->symbol_capacity) {
        size_t wanted = term_symbol_count(p->pool) + 64;
        uint32_t *larger = realloc(p->function_of, wanted * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        memset(larger + p->symbol_capacity, 0, (wanted - p->symbol_capacity) * sizeof *larger);
        p->function_of = larger;
        p->symbol_capacity = wanted;
    }
    uint32_t known = p->function_of[s];
    if (known != 0 && known <= p->function_count && p->functions[known - 1].symbol == s) {
        *function = known - 1;
        return true;
    }
    if (!local_room((void **)&p->functions, &p->function_capacity, p->function_count + 1, sizeof *p->functions)) {
        return false;
    }
    *function = (uint32_t)p->function_count;
    p->functions[p->function_count++] = (struct local_function){s, argument_count, LOCAL_NONE, LOCAL_NONE};
    p->function_of[s] = (uint32_t)p->function_count;
    return true;
}

static uint32_t argument_at(const struct local_problem *p, const struct local_node *n, unsigned i) {
    return n->operation == TERM_APPLY ? p->lists[n->arguments[0] + i] : n->arguments[i];
}

static bool lay_out(struct local_problem *p, uint32_t at, term t) {
    struct term_view view = term_look(p->pool, t);
    struct local_node *n = &p->nodes[at];
    *n = (struct local_node){view.operation, view.width, view.low, view.argument_count, view.operation == TERM_CONSTANT, {0, 0, 0}, 0, 0, LOCAL_NONE};
    p->stale[at] = false;
    if (view.operation == TERM_APPLY) {
        if (!function_of(p, view.symbol, view.argument_count, &n->arguments[1]) ||
            !local_room((void **)&p->lists, &p->list_capacity, p->list_count + view.argument_count, sizeof *p->lists)) {
            return false;
        }
        n->arguments[0] = (uint32_t)p->list_count;
        p->list_count += view.argument_count;
        n->other = p->functions[n->arguments[1]].applications;
        p->functions[n->arguments[1]].applications = at;
    }
    for (unsigned i = 0; i < view.argument_count; i++) {
        uint32_t argument = cone_place(p->cone, view.arguments[i]);
        if (view.operation == TERM_APPLY) {
            p->lists[n->arguments[0] + i] = argument;
        } else {
            n->arguments[i] = argument;
        }
        p->nodes[argument].parent_count++;
    }
    p->parent_count += view.argument_count;
    p->values[at] = view.operation == TERM_CONSTANT ? view.constant : local_compute(p, n);
    return true;
}

static bool lay_out_parents(struct local_problem *p) {
    if (!local_room((void **)&p->parents, &p->parent_capacity, p->parent_count, sizeof *p->parents)) {
        return false;
    }
    uint32_t next = 0;
    for (size_t at = 0; at < p->node_count; at++) {
        p->nodes[at].parents = next;
        next += p->nodes[at].parent_count;
        p->nodes[at].parent_count = 0;
    }
    for (uint32_t at = 0; at < p->node_count; at++) {
        for (unsigned i = 0; i < p->nodes[at].argument_count; i++) {
            struct local_node *argument = &p->nodes[argument_at(p, &p->nodes[at], i)];
            p->parents[argument->parents + argument->parent_count++] = at;
        }
    }
    return true;
}

/* The query as conditions that must all hold. The stack is the tail of the list itself: what is split gives way to its parts. */
static bool split(struct local_problem *p, uint32_t query) {
    size_t done = 0;
    if (!local_room((void **)&p->conditions, &p->condition_capacity, 1, sizeof *p->conditions)) {
        return false;
    }
    p->conditions[0] = (struct local_condition){query, true, 1};
    p->condition_count = 1;
    while (done < p->condition_count) {
        struct local_condition *c = &p->conditions[done];
        const struct local_node *n = &p->nodes[c->place];
        if (n->operation == TERM_NOT && n->width == 1) {
            c->place = n->arguments[0];
            c->wanted = !c->wanted;
        } else if (n->width == 1 && n->operation == (c->wanted ? TERM_AND : TERM_OR)) {
            c->place = n->arguments[0];
            if (!local_room((void **)&p->conditions, &p->condition_capacity, p->condition_count + 1, sizeof *p->conditions)) {
                return false;
            }
            p->conditions[p->condition_count++] = (struct local_condition){n->arguments[1], p->conditions[done].wanted, 1};
        } else {
            done++;
        }
    }
    return true;
}

bool local_problem_load(struct local_problem *p, term query, const struct valuation *near) {
    if (!cone_collect(p->cone, &query, 1)) {
        return false;
    }
    size_t count = cone_size(p->cone);
    if (!local_room((void **)&p->values, &p->value_capacity, count, sizeof *p->values) ||
        !local_room((void **)&p->stale, &p->stale_capacity, count, sizeof *p->stale) ||
        !local_room((void **)&p->nodes, &p->node_capacity, count, sizeof *p->nodes)) {
        return false;
    }
    p->near = near;
    p->node_count = count;
    p->list_count = p->parent_count = p->function_count = p->entry_count = p->entry_argument_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!lay_out(p, (uint32_t)i, cone_terms(p->cone)[i])) {
            return false;
        }
    }
    return lay_out_parents(p) && split(p, (uint32_t)count - 1) && local_problem_fix(p);
}
