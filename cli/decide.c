/* What classify, explain and compare share: asking the classifier, and saying why it failed. */
#include "cli.h"

#include "progress.h"

#include <stdlib.h>

struct classification *decide_or_complain(const struct isa *isa, const struct classify_options *options, int *code) {
    char *message = NULL;
    bool internal = false;
    struct classify_options watched = *options;
    watched.progress = progress_step;
    struct classification *c = classify(isa, &watched, &message, &internal);
    if (c == NULL) {
        complain("%s%s", internal ? "internal error: " : "", message == NULL ? "out of memory" : message);
        *code = internal || message == NULL ? EXIT_INTERNAL : EXIT_INPUT;
        free(message);
        return NULL;
    }
    progress_tell("%zu forms and modes of %s decided for the profile %s, %zu queries", c->verdict_count, isa->name,
                  profile_in(isa, c->profile, 0)->name, c->query_count);
    return c;
}
