/* Searches the free bits of a profile: which setting leaves the fewest holes, and which holes none closes. */
#include "classification.h"

#include <stdlib.h>

/* The answers for one verdict, by the setting of the bits that it depends on, packed. */
struct row {
    unsigned relevant;
    unsigned char *answers;
};

static unsigned bit_count(unsigned bits) {
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

static unsigned packed(unsigned configuration, unsigned mask) {
    unsigned result = 0;
    unsigned at = 0;
    for (; mask != 0; mask &= mask - 1, at++) {
        result |= (configuration & mask & (~mask + 1u)) != 0 ? 1u << at : 0;
    }
    return result;
}

static unsigned spread(unsigned number, unsigned mask) {
    unsigned result = 0;
    for (; mask != 0; mask &= mask - 1, number >>= 1) {
        result |= (number & 1u) != 0 ? mask & (~mask + 1u) : 0;
    }
    return result;
}

static unsigned plain_bits(const struct profile *profile) {
    unsigned bits = 0;
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        bits |= profile->free_bits[i].plain != 0 ? 1u << i : 0;
    }
    return bits;
}

static bool fill_row(struct classifier *c, const struct form_verdict *v, struct row *row) {
    enum { MOST = 16 };
    query_context_mode(&c->context, v->mode);
    const struct form *form = &c->context.isa->forms[v->form];
    if (!relevant_bits(c, form->semantics[v->mode], v->mode, &row->relevant)) {
        return false;
    }
    if (bit_count(row->relevant) > MOST) {
        return fail(c, false, "%s depends on more than 16 free bits of %s: too many to search", form->text, c->context.profile->name);
    }
    unsigned count = 1u << bit_count(row->relevant);
    row->answers = malloc(count);
    unsigned others = plain_bits(c->context.profile) & ~row->relevant;
    for (unsigned i = 0; row->answers != NULL && i < count; i++) {
        enum answer answer = ANSWER_NO;
        if (!ask(c, v->form, v->mode, QUESTION_HOLE, spread(i, row->relevant) | others, &answer, NULL, NULL)) {
            return false;
        }
        row->answers[i] = (unsigned char)answer;
    }
    return row->answers != NULL;
}

static bool asked_mode(const struct classifier *c, unsigned mode) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        if (c->verdicts[i].mode == mode) {
            return true;
        }
    }
    return false;
}

/* The configurations that no host state can have, because the profile assumes otherwise: they would close every hole by running no guest.
 * Unless all are such; then there is nothing to choose from. */
struct possibility {
    unsigned relevant;
    bool *possible; /* by packed setting */
};

static bool is_possible(const struct possibility *p, unsigned configuration) { return p->possible[packed(configuration, p->relevant)]; }

static bool can_be(struct classifier *c, unsigned configuration, bool *possible) {
    *possible = true;
    for (unsigned mode = 0; mode < c->context.isa->mode_count; mode++) {
        enum answer answer = ANSWER_NO;
        struct valuation *model = NULL;
        if (!asked_mode(c, mode)) {
            continue;
        }
        query_context_mode(&c->context, mode);
        if (!solver_ask(c->solver, query_build_host(&c->context, mode, configuration), 1, &answer, &model)) {
            return fail(c, true, "the solver could not be asked about the host states of %s: %s", c->context.profile->name,
                        solver_trouble(c->solver));
        }
        valuation_free(model);
        *possible = *possible && answer != ANSWER_NO;
    }
    return true;
}

bool check_configuration(struct classifier *c) {
    bool possible = true;
    if (c->configuration == plain_bits(c->context.profile) || !can_be(c, c->configuration, &possible)) {
        return c->message == NULL;
    }
    return possible ||
           fail(c, false, "profile %s assumes that this configuration is not used: no guest runs under it%s", c->context.profile->name, "");
}

static bool find_possible(struct classifier *c, struct possibility *p) {
    bool any = false;
    for (unsigned mode = 0; mode < c->context.isa->mode_count; mode++) {
        unsigned bits = 0;
        query_context_mode(&c->context, mode);
        if (!relevant_bits(c, NULL, mode, &bits)) {
            return false;
        }
        p->relevant |= asked_mode(c, mode) ? bits : 0;
    }
    if (bit_count(p->relevant) > 16) {
        return fail(c, false, "the conditions of %s depend on more than 16 free bits: too many to search%s", c->context.profile->name, "");
    }
    unsigned count = 1u << bit_count(p->relevant);
    p->possible = malloc(count * sizeof *p->possible);
    unsigned others = plain_bits(c->context.profile) & ~p->relevant;
    for (unsigned i = 0; p->possible != NULL && i < count; i++) {
        if (!can_be(c, spread(i, p->relevant) | others, &p->possible[i])) {
            return false;
        }
        any = any || p->possible[i];
    }
    for (unsigned i = 0; p->possible != NULL && !any && i < count; i++) {
        p->possible[i] = true;
    }
    return p->possible != NULL;
}

struct search {
    struct row *rows;
    size_t count;
    struct possibility possibility;
};

/* Bits that no verdict depends on together can be chosen one after the other: what one group closes does not change what another does. */
static unsigned group_of(const struct search *s, unsigned first) {
    unsigned group = first;
    unsigned before = 0;
    while (group != before) {
        before = group;
        group |= (group & s->possibility.relevant) != 0 ? s->possibility.relevant : 0;
        for (size_t i = 0; i < s->count; i++) {
            group |= (group & s->rows[i].relevant) != 0 ? s->rows[i].relevant : 0;
        }
    }
    return group;
}

static unsigned answer_at(const struct row *row, unsigned configuration) {
    return row->answers == NULL ? (unsigned)ANSWER_UNDECIDED : row->answers[packed(configuration, row->relevant)];
}

static struct configuration_result count_holes(const struct search *s, unsigned configuration, unsigned group) {
    struct configuration_result r = {configuration, 0, 0};
    for (size_t i = 0; i < s->count; i++) {
        if (group == 0 || (s->rows[i].relevant & group) != 0) {
            r.holes += answer_at(&s->rows[i], configuration) == ANSWER_YES ? 1 : 0;
            r.undecided += answer_at(&s->rows[i], configuration) == ANSWER_UNDECIDED ? 1 : 0;
        }
    }
    return r;
}

/* The best setting of the bits of one group, the others as they are. */
static unsigned best_of_group(const struct search *s, unsigned group, unsigned configuration) {
    struct configuration_result best = {0, 0, 0};
    bool first = true;
    unsigned plain = configuration;
    for (unsigned i = 0; i < 1u << bit_count(group); i++) {
        unsigned candidate = (configuration & ~group) | spread(i, group);
        if (!is_possible(&s->possibility, candidate)) {
            continue;
        }
        struct configuration_result r = count_holes(s, candidate, group);
        unsigned open = r.holes + r.undecided;
        unsigned best_open = best.holes + best.undecided;
        if (first || open < best_open || (open == best_open && bit_count(candidate ^ plain) < bit_count(best.bits ^ plain))) {
            best = r;
            first = false;
        }
    }
    return first ? configuration : best.bits;
}

static bool choose_best(struct classifier *c, const struct search *s) {
    unsigned plain = plain_bits(c->context.profile);
    unsigned chosen = plain;
    unsigned done = 0;
    for (unsigned i = 0; i < c->context.profile->free_bit_count; i++) {
        unsigned group = group_of(s, 1u << i);
        if ((done & group) == 0) {
            if (bit_count(group) > 20) {
                return fail(c, false, "more than 20 free bits of %s depend on each other: too many to search%s", c->context.profile->name, "");
            }
            chosen = best_of_group(s, group, chosen);
            done |= group;
        }
    }
    c->plain = count_holes(s, plain, 0);
    c->best = count_holes(s, chosen, 0);
    return true;
}

static void find_never_closed(struct classifier *c, const struct search *s) {
    unsigned plain = plain_bits(c->context.profile);
    for (size_t i = 0; i < s->count; i++) {
        bool always = true;
        unsigned bits = s->rows[i].relevant | s->possibility.relevant;
        for (unsigned k = 0; always && k < 1u << bit_count(bits); k++) {
            unsigned configuration = (plain & ~bits) | spread(k, bits);
            always = !is_possible(&s->possibility, configuration) || answer_at(&s->rows[i], configuration) == ANSWER_YES;
        }
        if (always) {
            c->never_closed[c->never_closed_count++] = (unsigned)i;
        }
    }
}

/* The setting with the fewest changes under which the form has no hole. */
static void find_closing(struct classifier *c, const struct search *s) {
    unsigned plain = plain_bits(c->context.profile);
    for (size_t i = 0; i < s->count; i++) {
        struct form_verdict *v = &c->verdicts[i];
        unsigned relevant = s->rows[i].relevant;
        v->closable = ANSWER_NO;
        for (unsigned k = 0; k < 1u << bit_count(relevant); k++) {
            unsigned configuration = (plain & ~relevant) | spread(k, relevant);
            unsigned changed = configuration ^ plain;
            if (is_possible(&s->possibility, configuration) && answer_at(&s->rows[i], configuration) == ANSWER_NO &&
                (v->closable == ANSWER_NO || bit_count(changed) < bit_count(v->closing_mask))) {
                v->closable = ANSWER_YES;
                v->closing_mask = changed;
                v->closing_bits = configuration & changed;
            }
        }
    }
}

bool search_configurations(struct classifier *c) {
    struct search s = {calloc(c->verdict_count + 1, sizeof *s.rows), c->verdict_count, {0, NULL}};
    c->never_closed = malloc((c->verdict_count + 1) * sizeof *c->never_closed);
    bool good = s.rows != NULL && c->never_closed != NULL && find_possible(c, &s.possibility);
    for (size_t i = 0; good && i < c->verdict_count; i++) {
        if (c->verdicts[i].same_as != i) {
            s.rows[i] = s.rows[c->verdicts[i].same_as];
        } else {
            good = fill_row(c, &c->verdicts[i], &s.rows[i]);
        }
    }
    good = good && choose_best(c, &s);
    if (good) {
        find_never_closed(c, &s);
        find_closing(c, &s);
        c->searched = true;
    }
    for (size_t i = 0; s.rows != NULL && i < s.count; i++) {
        if (c->verdicts[i].same_as == i) {
            free(s.rows[i].answers);
        }
    }
    free(s.rows);
    free(s.possibility.possible);
    return good;
}
