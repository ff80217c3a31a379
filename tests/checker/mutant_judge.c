/* Asks the solver for a state that tells a mutant from its form. */
#include "mutant_judge.h"

#include "../../classifier/local_search.h"
#include "../../classifier/solver.h"
#include "../../isa-model/term_cone.h"

#include <stdlib.h>
#include <string.h>

#define WITNESS_VALUES 40u

struct mutant_judge {
    struct isa *isa, *mutated;
    struct solver *solver;
    struct local_search *search;
    struct cone *cone;
    struct substitution *plain; /* the form itself */
    symbol mutant;
};

struct mutant_judge *mutant_judge_new(struct isa *isa, struct isa *mutated, unsigned resource_limit) {
    struct mutant_judge *j = calloc(1, sizeof *j);
    if (j == NULL) {
        return NULL;
    }
    *j = (struct mutant_judge){.isa = isa, .mutated = mutated};
    j->mutant = term_symbol(mutated->pool, "mutant", ISA_MUTANT_WIDTH, NULL, 0);
    j->solver = solver_new(mutated->pool, resource_limit);
    j->search = local_search_new(mutated->pool);
    j->cone = cone_new(isa->pool);
    j->plain = substitution_new(mutated->pool);
    if (j->solver == NULL || j->search == NULL || j->cone == NULL || j->plain == NULL) {
        mutant_judge_free(j);
        return NULL;
    }
    substitution_replace(j->plain, j->mutant, term_constant(mutated->pool, ISA_MUTANT_WIDTH, 0));
    return j;
}

void mutant_judge_free(struct mutant_judge *j) {
    if (j != NULL) {
        solver_free(j->solver);
        local_search_free(j->search);
        cone_free(j->cone);
        substitution_free(j->plain);
        free(j);
    }
}

static bool is_changed(const struct isa *isa, const struct semantics *m, size_t leaf) {
    return isa->leaves[leaf].index_width == 0 && m->next[leaf] != term_apply(isa->pool, isa->leaves[leaf].symbol, NULL, 0);
}

size_t mutant_changes(const struct isa *isa, const struct semantics *m) {
    size_t count = 0;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        count += is_changed(isa, m, i) ? 1 : 0;
    }
    return count + m->write_count;
}

/* Components come first: *write is then NULL. */
static size_t find_change(const struct isa *isa, const struct semantics *m, size_t change, const struct array_write **write) {
    *write = NULL;
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (is_changed(isa, m, i) && change-- == 0) {
            return i;
        }
    }
    *write = &m->writes[change];
    return m->writes[change].leaf;
}

const char *mutant_component(const struct isa *isa, const struct semantics *m, size_t change) {
    const struct array_write *write = NULL;
    return isa->leaves[find_change(isa, m, change, &write)].name;
}

/* ---- the question ------------------------------------------------------------------------------------------------------------------------------ */

static term differs(struct mutant_judge *j, struct substitution *other, term t) {
    struct term_pool *p = j->mutated->pool;
    return term_not(p, term_equal(p, substitute(j->plain, t), substitute(other, t)));
}

/* What a step that completes leaves behind. */
static term results_differ(struct mutant_judge *j, const struct semantics *m, struct substitution *other) {
    const struct isa *isa = j->mutated;
    struct term_pool *p = isa->pool;
    term sum = term_false(p);
    for (size_t i = 0; i < isa->leaf_count; i++) {
        sum = isa->leaves[i].index_width == 0 ? term_or(p, sum, differs(j, other, m->next[i])) : sum;
    }
    for (size_t i = 0; i < m->operand_count; i++) {
        bool written = (m->operands[i].direction & OPERAND_OUT) != 0;
        sum = written ? term_or(p, sum, differs(j, other, m->operands[i].next)) : sum;
    }
    for (size_t i = 0; i < m->write_count; i++) {
        const struct array_write *w = &m->writes[i];
        term what = term_or(p, differs(j, other, w->index), differs(j, other, w->value));
        term made = substitute(j->plain, w->guard); /* what is not written is not seen */
        sum = term_or(p, sum, term_or(p, differs(j, other, w->guard), term_and(p, made, what)));
    }
    return sum;
}

static term question(struct mutant_judge *j, const struct semantics *m, unsigned mode, struct substitution *other) {
    const struct isa *isa = j->mutated;
    struct term_pool *p = isa->pool;
    term said = term_or(p, differs(j, other, m->trap_vector), differs(j, other, m->trap_argument));
    term query = term_or(p, differs(j, other, m->trap), term_if(p, substitute(j->plain, m->trap), said, results_differ(j, m, other)));
    query = term_and(p, query, term_and(p, isa->well_formed, isa->modes[mode].condition));
    int assumed = isa_find_leaf(isa, "v386"); /* as the checker */
    return assumed < 0 ? query : term_and(p, query, term_not(p, term_apply(p, isa->leaves[assumed].symbol, NULL, 0)));
}

static void write_model(const struct term_pool *p, const struct valuation *v, unsigned *left, FILE *out) {
    for (size_t i = 0; v != NULL && i < valuation_size(v); i++) {
        const struct valuation_entry *x = &valuation_entries(v)[i];
        if (x->value == 0 || *left == 0) {
            continue;
        }
        (*left)--;
        (void)fprintf(out, " %s", term_symbol_name(p, x->symbol));
        for (unsigned k = 0; k < x->argument_count; k++) {
            (void)fprintf(out, "[0x%llx]", (unsigned long long)x->arguments[k]);
        }
        (void)fprintf(out, x->value >> 64 != 0 ? "=0x%llx%016llx" : "=0x%llx", (unsigned long long)(x->value >> 64 != 0 ? x->value >> 64 : x->value),
                      (unsigned long long)x->value);
    }
}

static enum answer decide(struct mutant_judge *j, term query, FILE *witness) {
    struct term_pool *p = j->mutated->pool;
    struct valuation *fixed = NULL;
    struct valuation *model = NULL;
    term rest = query;
    word128 constant = 0;
    enum answer answer = ANSWER_UNDECIDED;
    bool good = local_search_simplify(j->search, p, query, &rest, &fixed);
    if (good && term_is_constant(p, rest, &constant)) {
        answer = constant == 0 ? ANSWER_NO : ANSWER_YES;
    } else if (good && !solver_ask(j->solver, rest, 1, &answer, &model)) {
        answer = ANSWER_UNDECIDED;
    }
    unsigned left = WITNESS_VALUES;
    if (answer == ANSWER_YES) {
        write_model(p, fixed, &left, witness);
        write_model(p, model, &left, witness);
    }
    valuation_free(model);
    valuation_free(fixed);
    return answer;
}

/* ---- what is left open ------------------------------------------------------------------------------------------------------------------------- */

static bool is_open_symbol(const struct isa *isa, symbol x) {
    bool open = false;
    for (size_t i = 0; i < isa->undefined_count; i++) {
        open = open || isa->undefined_symbols[i] == x;
    }
    for (size_t i = 0; i < isa->opaque_count; i++) {
        open = open || isa->opaque_symbols[i] == x;
    }
    return open;
}

static bool depends_on_open(struct mutant_judge *j, term t) {
    bool open = false;
    if (cone_collect(j->cone, &t, 1)) {
        for (size_t k = 0; k < cone_size(j->cone); k++) {
            struct term_view v = term_look(j->isa->pool, cone_terms(j->cone)[k]);
            open = open || (v.operation == TERM_APPLY && is_open_symbol(j->isa, v.symbol));
        }
    }
    return open;
}

static bool is_left_open(struct mutant_judge *j, const struct semantics *m, unsigned number) {
    if (number <= 2 * m->point_count) {
        return depends_on_open(j, m->points[(number - 1) / 2].condition);
    }
    const struct array_write *w = NULL;
    size_t leaf = find_change(j->isa, m, number - 2 * m->point_count - 1, &w);
    return w == NULL ? depends_on_open(j, m->next[leaf])
                     : depends_on_open(j, w->guard) || depends_on_open(j, w->index) || depends_on_open(j, w->value);
}

enum mutant_standing mutant_judge_ask(struct mutant_judge *j, unsigned form, unsigned mode, unsigned number, FILE *witness) {
    struct term_pool *p = j->mutated->pool;
    struct substitution *other = substitution_new(p);
    enum answer answer = ANSWER_UNDECIDED;
    if (other != NULL) {
        substitution_replace(other, j->mutant, term_constant(p, ISA_MUTANT_WIDTH, number));
        answer = decide(j, question(j, j->mutated->forms[form].semantics[mode], mode, other), witness);
    }
    substitution_free(other);
    if (answer != ANSWER_YES) {
        return answer == ANSWER_NO ? MUTANT_NO_FAULT : MUTANT_UNDECIDED;
    }
    return is_left_open(j, j->isa->forms[form].semantics[mode], number) ? MUTANT_OPEN : MUTANT_MISSED;
}
