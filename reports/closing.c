/* Which setting of the free bits closes the hole of a form: read off the queries of the configuration search. */
#include "closing.h"

#include <stdio.h>
#include <string.h>

static unsigned plain_bits(const struct profile *profile) {
    unsigned bits = 0;
    for (size_t i = 0; i < profile->free_bit_count; i++) {
        bits |= profile->free_bits[i].plain != 0 ? 1u << i : 0u;
    }
    return bits;
}

static unsigned count_bits(unsigned bits) {
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

static bool asks_hole_of(const struct query_record *q, const char *form, const char *mode) {
    return q->question == QUESTION_HOLE && strcmp(q->form_text, form) == 0 && strcmp(q->mode, mode) == 0;
}

/* Bits that the search tried both ways for this form; of the others the form does not depend. */
static unsigned tried_bits(const struct classification *c, const char *form, const char *mode) {
    unsigned set = 0;
    unsigned clear = 0;
    for (size_t i = 0; i < c->query_count; i++) {
        if (asks_hole_of(&c->queries[i], form, mode)) {
            set |= c->queries[i].configuration;
            clear |= ~c->queries[i].configuration;
        }
    }
    return set & clear;
}

void closing_text(const struct classification *c, unsigned verdict, char *text, size_t size) {
    const struct form_verdict *v = &c->verdicts[verdict];
    const char *form = c->isa->forms[v->form].text;
    const char *mode = c->isa->modes[v->mode].name;
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    text[0] = '\0';
    if (!c->searched || profile->free_bit_count == 0) {
        return;
    }
    unsigned plain = plain_bits(profile);
    unsigned tried = tried_bits(c, form, mode);
    const struct query_record *closes = NULL;
    for (size_t i = 0; i < c->query_count; i++) {
        const struct query_record *q = &c->queries[i];
        if (asks_hole_of(q, form, mode) && q->answer == ANSWER_NO &&
            (closes == NULL || count_bits((q->configuration ^ plain) & tried) < count_bits((closes->configuration ^ plain) & tried))) {
            closes = q;
        }
    }
    if (closes == NULL) {
        (void)snprintf(text, size, "no configuration");
        return;
    }
    size_t used = 0;
    for (size_t i = 0; i < profile->free_bit_count && used < size; i++) {
        if (((closes->configuration ^ plain) & tried) >> i & 1u) {
            used += (size_t)snprintf(text + used, size - used, "%s%s=%u", used == 0 ? "" : " ", c->isa->leaves[profile->free_bits[i].leaf].name,
                                     closes->configuration >> i & 1u);
        }
    }
    if (used == 0) {
        (void)snprintf(text, size, "the plain values");
    }
}
