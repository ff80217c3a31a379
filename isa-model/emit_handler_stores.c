/* How generated handlers store results: a few to a function, all by one call, so that no proof has to follow a long row of stores. */
#include "emit_handler_parts.h"

#include <string.h>

/* Results that one function stores: enough that there are few calls, and few enough that what WP knows of each stays short. */
#define RESULTS_A_STORE 8u

struct store {
    const struct result *results[RESULTS_A_STORE];
    size_t count;
    const char *place; /* its parameter: what it writes to */
    const char *type;
};

static const char *target_of(struct planner *p, const struct plan *plan, const struct result *r) {
    switch (r->kind) {
    case RESULT_NEXT:
        return arena_format(&p->arena, "s->%s", p->leaf_names[r->leaf]);
    case RESULT_OPERAND:
        return arena_format(&p->arena, "*%s", plan_operand(plan, r->operand)->name);
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

static const char *pointer_of(struct planner *p, const struct plan *plan, const struct result *r, const char **type) {
    switch (r->kind) {
    case RESULT_NEXT:
        *type = arena_format(&p->arena, "struct %s", p->prefix);
        return "s";
    case RESULT_OPERAND:
        *type = emitted_type(plan->semantics->operands[r->operand].width);
        return plan_operand(plan, r->operand)->name;
    default:
        *type = arena_format(&p->arena, "struct %s_write", p->prefix);
        return arena_format(&p->arena, "write_%u", r->write);
    }
}

/* Results that lie at one place, what lies behind pointers first: what a handler says of the processor is then what was stored last. */
static size_t list(struct planner *p, const struct plan *plan, struct store *stores) {
    size_t count = 0;
    for (unsigned last = 0; last < 2; last++) {
        for (size_t i = 0; i < plan->result_count; i++) {
            const struct result *r = &plan->results[i];
            if (target_of(p, plan, r) == NULL || (r->kind == RESULT_NEXT) != (last != 0)) {
                continue;
            }
            const char *type = NULL;
            const char *place = pointer_of(p, plan, r, &type);
            struct store *s = count > 0 ? &stores[count - 1] : NULL;
            if (s == NULL || s->count == RESULTS_A_STORE || strcmp(s->place, place) != 0) {
                s = &stores[count++];
                *s = (struct store){.place = place, .type = type};
            }
            s->results[s->count++] = r;
        }
    }
    return count;
}

/* The inputs that the results of some stores depend on. */
static const bool *used_by(struct planner *p, const struct plan *plan, const struct store *stores, size_t count) {
    bool *used = arena_allocate(&p->arena, plan->input_count + 1);
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < stores[k].count; i++) {
            add_used(p, plan, stores[k].results[i], used);
        }
    }
    return used;
}

static void put_assigned(FILE *out, struct planner *p, const struct plan *plan, const struct store *s, const char *before) {
    for (size_t k = 0; k < s->count; k++) {
        fprintf(out, "%s%s", k == 0 ? before : ", ", target_of(p, plan, s->results[k]));
    }
}

static void put_stored(FILE *out, struct planner *p, const struct plan *plan, const struct store *s) {
    for (size_t k = 0, together = 0; k < s->count; k += together) {
        together = clause_results(p, s->results + k, s->count - k);
        fprintf(out, "  @ ensures %s: ", clause_name(p, s->results + k, together));
        for (size_t i = k; i < k + together; i++) {
            const struct result *r = s->results[i];
            fprintf(out, "%s%s == %s", i == k ? "" : " && ", target_of(p, plan, r), is_predicate(r->kind) ? "1 <==> " : "");
            put_logic_value(out, plan, r, used_inputs(p, plan, r->value));
        }
        fputs(";\n", out);
    }
}

/* The function that computes and stores some results. */
static void put_store_function(FILE *out, struct planner *p, const struct plan *plan, const struct store *s, size_t number) {
    const bool *used = used_by(p, plan, s, 1);
    fprintf(out, "\n/*@ requires place: \\valid(%s);\n  @", s->place);
    put_ranges_of(out, plan, used);
    put_assigned(out, p, plan, s, " assigns ");
    fputs(";\n", out);
    put_stored(out, p, plan, s);
    fprintf(out, "  @*/\nstatic inline void store_%zu_%s(%s *%s", number, plan->name, s->type, s->place);
    (void)put_arguments(out, plan, used, AS_PARAMETERS, false);
    fputs(") {\n", out);
    for (size_t k = 0; k < s->count; k++) {
        fprintf(out, "    %s = ", target_of(p, plan, s->results[k]));
        put_request(out, p, plan, s->results[k], AS_NAMES);
        fputs(";\n", out);
    }
    fputs("}\n", out);
}

static bool same_place(const struct store *a, const struct store *b) { return strcmp(a->place, b->place) == 0; }

/* Where the handler stores, each place once. */
static void put_places(FILE *out, const struct store *stores, size_t count, bool with_types) {
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !same_place(&stores[i], &stores[i - 1])) {
            fputs(i == 0 ? "" : ", ", out);
            fprintf(out, "%s%s%s", with_types ? stores[i].type : "", with_types ? " *" : "", stores[i].place);
        }
    }
}

/* The function that stores everything, of values that the handler has read before anything is stored. */
static void put_apply_function(FILE *out, struct planner *p, const struct plan *plan, const struct store *stores, size_t count) {
    const bool *used = used_by(p, plan, stores, count);
    fputs("\n/*@", out);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !same_place(&stores[i], &stores[i - 1])) {
            fprintf(out, " requires place_%s: \\valid(%s);\n  @", stores[i].place, stores[i].place);
        }
    }
    if (!same_place(&stores[0], &stores[count - 1])) {
        fputs(" requires places: \\separated(", out);
        put_places(out, stores, count, false);
        fputs(");\n  @", out);
    }
    put_ranges_of(out, plan, used);
    /* WP takes what is assigned last as stored first: the processor, of which there is most to say, is then seen through no other place. */
    for (size_t i = count; i-- > 0;) {
        put_assigned(out, p, plan, &stores[i], i == count - 1 ? " assigns " : ", ");
    }
    fputs(";\n", out);
    for (size_t i = 0; i < count; i++) {
        put_stored(out, p, plan, &stores[i]);
    }
    fprintf(out, "  @*/\nstatic inline void apply_%s(", plan->name);
    put_places(out, stores, count, true);
    (void)put_arguments(out, plan, used, AS_PARAMETERS, false);
    fputs(") {\n", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    store_%zu_%s(%s", i, plan->name, stores[i].place);
        (void)put_arguments(out, plan, used_by(p, plan, &stores[i], 1), AS_NAMES, false);
        fputs(");\n", out);
    }
    fputs("}\n", out);
}

void put_stores_call(FILE *out, struct planner *p, const struct plan *plan, const struct stores *all) {
    const struct store *stores = all->list;
    const size_t count = all->count;
    fprintf(out, count == 1 ? "    store_0_%s(" : "    apply_%s(", plan->name);
    put_places(out, stores, count, false);
    (void)put_arguments(out, plan, used_by(p, plan, stores, count), IN_HANDLER, false);
    fputs(");\n", out);
}

struct stores *list_stores(struct planner *p, const struct plan *plan) {
    struct stores *all = arena_allocate(&p->arena, sizeof *all);
    if (!always_true(plan, plan_result(plan, RESULT_TRAP, 0)->value)) {
        all->list = arena_allocate(&p->arena, (plan->result_count + 1) * sizeof *all->list);
        all->count = list(p, plan, all->list);
    }
    return all;
}

void put_store_functions(FILE *out, struct planner *p, const struct plan *plan, const struct stores *all) {
    for (size_t i = 0; i < all->count; i++) {
        put_store_function(out, p, plan, &all->list[i], i);
    }
    if (all->count > 1) {
        put_apply_function(out, p, plan, all->list, all->count);
    }
}
