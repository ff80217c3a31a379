/* The class table of the scanner: every form of a mode decided once under a profile. */
#ifndef POPEK_SCAN_CLASSES_H
#define POPEK_SCAN_CLASSES_H

#include "../scanner/scanner.h"
#include "cli.h"

struct scan_classes;

/* `isa` has the semantics of all forms and must outlive the result, as must the profile's name. Forms with the text `drop` (NULL: none) are left
 * out of the table: a negative control. NULL: out of memory. */
struct scan_classes *scan_classes_new(const struct isa *isa, const char *profile, const char *drop);
void scan_classes_free(struct scan_classes *c);

/* The table of a mode; NULL after a message. The context is a struct scan_classes; see scan_question. */
const struct scan_form *scan_classes_forms(void *context, enum matcher_mode mode);

#endif
