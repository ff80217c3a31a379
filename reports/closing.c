/* Which setting of the free bits closes the hole of a form, in words. */
#include "closing.h"

#include <stdio.h>

void closing_text(const struct classification *c, unsigned verdict, char *text, size_t size) {
    const struct form_verdict *v = &c->verdicts[verdict];
    const struct profile *profile = profile_in(c->isa, c->profile, 0);
    text[0] = '\0';
    if (!c->searched || profile->free_bit_count == 0) {
        return;
    }
    if (v->closable != ANSWER_YES) {
        (void)snprintf(text, size, "no configuration");
        return;
    }
    size_t used = 0;
    for (size_t i = 0; i < profile->free_bit_count && used < size; i++) {
        if ((v->closing_mask >> i & 1u) != 0) {
            used += (size_t)snprintf(text + used, size - used, "%s%s=%u", used == 0 ? "" : " ", c->isa->leaves[profile->free_bits[i].leaf].name,
                                     v->closing_bits >> i & 1u);
        }
    }
    if (used == 0) {
        (void)snprintf(text, size, "the plain values");
    }
}
