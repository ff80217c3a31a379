/* Searches the free bits of a profile: which setting leaves the fewest holes, and which holes none closes. */
#include "classification.h"

#include <stdlib.h>

/* Bits of the configuration that this form's meaning depends on. Only these are enumerated. */
static bool relevant_bits(const struct classifier *c, const struct form *form, unsigned *bits) {
    const struct isa *isa = c->context.isa;
    const struct profile *profile = c->context.profile;
    unsigned char *marks = calloc(term_pool_size(isa->pool), 1);
    *bits = 0;
    if (marks == NULL) {
        return false;
    }
    term_mark(isa->pool, form->trap, marks);
    term_mark(isa->pool, form->memory_trap, marks);
    for (size_t i = 0; i < isa->leaf_count; i++) {
        if (isa->leaves[i].index_width == 0) {
            /* a leaf that is only kept does not make the form depend on it */
            struct term_view view = term_look(isa->pool, form->next[i]);
            if (view.operation != TERM_APPLY || view.symbol != isa->leaves[i].symbol) {
                term_mark(isa->pool, form->next[i], marks);
            }
        }
    }
    for (size_t i = 0; i < form->operand_count; i++) {
        term_mark(isa->pool, form->operands[i].next, marks);
    }
    for (size_t i = 0; i < form->write_count; i++) {
        term_mark(isa->pool, form->writes[i].guard, marks);
        term_mark(isa->pool, form->writes[i].index, marks);
        term_mark(isa->pool, form->writes[i].value, marks);
    }
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        term variable = term_apply(isa->pool, isa->leaves[profile->free_bits[i].leaf].symbol, NULL, 0);
        *bits |= marks[variable] != 0 ? 1u << i : 0;
    }
    free(marks);
    return true;
}

/* Holes by configuration of one verdict: 0 no, 1 yes, 2 undecided; configurations that differ in irrelevant bits share an answer. */
static bool fill_row(struct classifier *c, const struct form_verdict *v, unsigned char *row, unsigned count) {
    unsigned relevant = 0;
    if (!relevant_bits(c, &c->context.isa->forms[v->form], &relevant)) {
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

static void compare_configurations(struct classifier *c, const unsigned char *table, unsigned count) {
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
        unsigned open = r.holes + r.undecided;
        unsigned best_open = c->best.holes + c->best.undecided;
        if (configuration == 0 || open < best_open || (open == best_open && changed_bits(configuration, plain) < changed_bits(c->best.bits, plain))) {
            c->best = r;
        }
    }
}

static void find_never_closed(struct classifier *c, const unsigned char *table, unsigned count) {
    for (size_t i = 0; i < c->verdict_count; i++) {
        bool always = true;
        for (unsigned configuration = 0; configuration < count; configuration++) {
            always = always && table[i * count + configuration] == ANSWER_YES;
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
    bool good = table != NULL && c->never_closed != NULL;
    for (size_t i = 0; good && i < c->verdict_count; i++) {
        good = fill_row(c, &c->verdicts[i], table + i * count, count);
    }
    if (good) {
        compare_configurations(c, table, count);
        find_never_closed(c, table, count);
        c->searched = true;
    }
    free(table);
    return good;
}
