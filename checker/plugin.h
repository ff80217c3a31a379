/* A loaded plug-in: its handlers, and what it declares not to model. Internal to the checker. */
#ifndef POPEK_CHECKER_PLUGIN_H
#define POPEK_CHECKER_PLUGIN_H

#include "../include/popek/handler.h"
#include "checker.h"
#include "sample.h"

struct plugin {
    void *object;
    const struct popek_plugin *given;
    const struct isa *isa;
    const struct emitted_isa *table;
    char **texts; /* of the declarations */
    size_t text_count;
    bool *ignored; /* by leaf */
    bool *fixed;
    word128 *fixed_value;
};

/* The handler of a form in a mode; NULL: there is none. */
popek_handle *plugin_handler(const struct plugin *p, const struct form *form, const char *mode);
/* Why the form is not tried in the mode; NULL: it is. */
const char *plugin_exclusion(const struct plugin *p, const struct form *form, const char *mode);
/* Gives fixed components their values. */
void plugin_fix(const struct plugin *p, const struct subject *s, struct sample *x);

#endif
