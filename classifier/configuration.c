/* Searches the free bits of a profile: which setting leaves the fewest holes, and which holes none closes. */
#include "classification.h"

#include <stdlib.h>

/* What is said of every host state can depend on free bits too, whatever the form does. */
static void mark_conditions(const struct classifier *c, unsigned mode, unsigned char *marks) {
    const struct isa *isa = c->context.isa;
    const struct profile *profile = c->context.profile;
    term_mark(isa->pool, isa->well_formed, marks);
    term_mark(isa->pool, isa->modes[mode].states, marks);
    term_mark(isa->pool, profile->user, marks);
    for (size_t i = 0; i < profile->assumption_count; i++) {
        term_mark(isa->pool, profile->assumptions[i].condition, marks);
    }
    for (size_t i = 0; i < profile->element_count; i++) {
        term_mark(isa->pool, profile->elements[i].condition, marks);
    }
}

static void mark_form(const struct isa *isa, const struct semantics *semantics, unsigned char *marks) {
    term_mark(isa->pool, semantics->trap, marks);
    term_mark(isa->pool, semantics->memory_trap, marks);
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0) {
            /* a leaf that is only kept does not make the form depend on it */
            struct term_view view = term_look(isa->pool, semantics->next[i]);
            if (view.operation != TERM_APPLY || view.symbol != isa->leaves[i].symbol) {
                term_mark(isa->pool, semantics->next[i], marks);
            }
        }
    }
    for (size_t i = 0; i < semantics->operand_count; i++) {
        term_mark(isa->pool, semantics->operands[i].next, marks);
    }
    for (size_t i = 0; i < semantics->write_count; i++) {
        term_mark(isa->pool, semantics->writes[i].guard, marks);
        term_mark(isa->pool, semantics->writes[i].index, marks);
        term_mark(isa->pool, semantics->writes[i].value, marks);
    }
}

/* Bits of the configuration that the answer for this form depends on; without a form, any answer. Only these are enumerated. */
static bool relevant_bits(const struct classifier *c, const struct semantics *semantics, unsigned mode, unsigned *bits) {
    const struct isa *isa = c->context.isa;
    const struct profile *profile = c->context.profile;
    /* The variables first: making one may make the pool larger than the marks. */
    term variables[32];
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        variables[i] = term_apply(isa->pool, isa->leaves[profile->free_bits[i].leaf].symbol, NULL, 0);
    }
    unsigned char *marks = calloc(term_pool_size(isa->pool), 1);
    *bits = 0;
    if (marks == NULL) {
        return false;
    }
    mark_conditions(c, mode, marks);
    if (semantics != NULL) {
        mark_form(isa, semantics, marks);
    }
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        *bits |= marks[variables[i]] != 0 ? 1u << i : 0;
    }
    free(marks);
    return true;
}

/* Holes by configuration of one verdict: 0 no, 1 yes, 2 undecided; configurations that differ in irrelevant bits share an answer. */
static bool fill_row(struct classifier *c, const struct form_verdict *v, unsigned char *row, unsigned count) {
    unsigned relevant = 0;
    query_context_mode(&c->context, v->mode);
    if (!relevant_bits(c, c->context.isa->forms[v->form].semantics[v->mode], v->mode, &relevant)) {
        return false;
    }
    for (unsigned configuration = 0; configuration < count; configuration++) {
        if ((configuration & ~relevant) != 0) {
            row[configuration] = row[configuration & relevant];
            continue;
        }
        enum answer answer = ANSWER_NO;
        if (!ask(c, v->form, v->mode, QUESTION_HOLE, configuration, &answer, NULL)) {
            return false;
        }
        row[configuration] = (unsigned char)answer;
    }
    return true;
}

static unsigned changed_bits(unsigned a, unsigned b) {
    unsigned count = 0;
    for (unsigned difference = a ^ b; difference != 0; difference &= difference - 1) {
        count++;
    }
    return count;
}

static unsigned plain_bits(const struct profile *profile) {
    unsigned bits = 0;
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        bits |= profile->free_bits[i].plain != 0 ? 1u << i : 0;
    }
    return bits;
}

static bool asked_mode(const struct classifier *c, unsigned mode) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        if (c->verdicts[i].mode == mode) {
            return true;
        }
    }
    return false;
}

/* Marks the configurations that no host state can have, because the profile assumes otherwise: they would close every hole by running no guest.
 * Unless all are such; then there is nothing to choose from. */
static bool find_possible(struct classifier *c, bool *possible, unsigned count) {
    bool any = false;
    unsigned relevant = 0;
    for (unsigned mode = 0; mode < c->context.isa->mode_count; mode++) {
        unsigned bits = 0;
        query_context_mode(&c->context, mode);
        if (!relevant_bits(c, NULL, mode, &bits)) {
            return false;
        }
        relevant |= bits;
    }
    for (unsigned configuration = 0; configuration < count; configuration++) {
        if ((configuration & ~relevant) != 0) {
            possible[configuration] = possible[configuration & relevant];
            continue;
        }
        possible[configuration] = true;
        for (unsigned mode = 0; mode < c->context.isa->mode_count; mode++) {
            enum answer answer = ANSWER_NO;
            struct valuation *model = NULL;
            if (!asked_mode(c, mode)) {
                continue;
            }
            query_context_mode(&c->context, mode);
            if (!solver_ask(c->solver, query_build_host(&c->context, mode, configuration), &answer, &model)) {
                return fail(c, true, "the solver could not be asked about the host states of %s%s", c->context.profile->name, "");
            }
            valuation_free(model);
            possible[configuration] = possible[configuration] && answer != ANSWER_NO;
        }
        any = any || possible[configuration];
    }
    for (unsigned configuration = 0; !any && configuration < count; configuration++) {
        possible[configuration] = true;
    }
    return true;
}

static void compare_configurations(struct classifier *c, const unsigned char *table, const bool *possible, unsigned count) {
    bool first = true;
    unsigned plain = plain_bits(c->context.profile);
    for (unsigned configuration = 0; configuration < count; configuration++) {
        struct configuration_result r = {configuration, 0, 0};
        for (size_t i = 0; i < c->verdict_count; i++) {
            r.holes += table[i * count + configuration] == ANSWER_YES ? 1 : 0;
            r.undecided += table[i * count + configuration] == ANSWER_UNDECIDED ? 1 : 0;
        }
        if (configuration == plain) {
            c->plain = r;
        }
        if (!possible[configuration]) {
            continue;
        }
        unsigned open = r.holes + r.undecided;
        unsigned best_open = c->best.holes + c->best.undecided;
        if (first || open < best_open || (open == best_open && changed_bits(configuration, plain) < changed_bits(c->best.bits, plain))) {
            c->best = r;
        }
        first = false;
    }
}

static void find_never_closed(struct classifier *c, const unsigned char *table, const bool *possible, unsigned count) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        bool always = true;
        for (unsigned configuration = 0; configuration < count; configuration++) {
            always = always && (!possible[configuration] || table[i * count + configuration] == ANSWER_YES);
        }
        if (always) {
            c->never_closed[c->never_closed_count++] = (unsigned)i;
        }
    }
}

bool search_configurations(struct classifier *c) {
    unsigned count = 1u << c->context.profile->free_bit_count;
    unsigned char *table = calloc(c->verdict_count, count);
    c->never_closed = malloc((c->verdict_count + 1) * sizeof *c->never_closed);
    bool *possible = malloc(count * sizeof *possible);
    bool good = table != NULL && c->never_closed != NULL && possible != NULL && find_possible(c, possible, count);
    for (size_t i = 0; good && i < c->verdict_count; i++) {
        good = fill_row(c, &c->verdicts[i], table + i * count, count);
    }
    if (good) {
        compare_configurations(c, table, possible, count);
        find_never_closed(c, table, possible, count);
        c->searched = true;
    }
    free(table);
    free(possible);
    return good;
}
