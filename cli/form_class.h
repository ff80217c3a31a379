/* The class of single forms under a profile, for commands that show a few of them. */
#ifndef POPEK_FORM_CLASS_H
#define POPEK_FORM_CLASS_H

#include "../x86-tables/matcher.h"

struct isa;
struct form;
struct form_classes;

/* `isa` is a built-in name or a path, `profile` the name of one of its profiles; both must live as long as the result. NULL: out of memory. */
struct form_classes *form_classes_new(const char *isa, const char *profile);
void form_classes_free(struct form_classes *f);

/* The class in that mode, "innocuous" or another; NULL after a message. The context is a struct form_classes; see listing_class. */
const char *form_class(void *context, const struct isa *isa, const struct form *form, enum matcher_mode mode);

#endif
