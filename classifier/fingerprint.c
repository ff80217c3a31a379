/* The fingerprint of a query: SHA-256 of its SMT-LIB text with the answer, so that a report names the very question that was decided. */
#include "classification.h"

#include "../isa-model/grow.h"

#include <sha256.h>
#include <stdlib.h>

static bool make_room(struct classifier *c) {
    char(*larger)[FINGERPRINT_TEXT] = array_grow(c->fingerprints, c->fingerprint_count, &c->fingerprint_capacity, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    c->fingerprints = larger;
    return true;
}

bool fingerprint(struct classifier *c, term query, struct answered *known, unsigned *number) {
    char *text = NULL;
    size_t size = 0;
    if (known->fingerprint == 0) {
        FILE *out = open_memstream(&text, &size);
        bool good = out != NULL && make_room(c) && smtlib_write(out, c->context.isa->pool, query, known->answer);
        good = (out == NULL || fclose(out) == 0) && good;
        if (good) {
            (void)SHA256Data((const uint8_t *)text, size, c->fingerprints[c->fingerprint_count]);
            known->fingerprint = (unsigned)++c->fingerprint_count;
        }
        free(text);
        if (!good) {
            return fail(c, true, "out of memory%s%s", "", "");
        }
    }
    *number = known->fingerprint;
    return true;
}
