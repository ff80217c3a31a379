/* The class table of the scanner: every form of a mode under a profile, known or decided once. */
#ifndef POPEK_SCAN_CLASSES_H
#define POPEK_SCAN_CLASSES_H

#include "../scanner/scanner.h"
#include "cli.h"

struct scan_classes;

/* What the classes are about. The names must live as long as the table. */
struct scan_subject {
    const char *isa_name; /* as the user called it */
    const struct isa *isa;
    const char *profile;
    const char *configuration; /* "plain" or "best" */
    const char *drop;          /* negative control: forms with this text are left out; NULL: none */
};

/* `isa` needs no semantics and must outlive the result; where the program has no table of it, it is loaded again with them. NULL: out of memory. */
struct scan_classes *scan_classes_new(const struct scan_subject *s);
void scan_classes_free(struct scan_classes *c);

/* The table of a mode; NULL after a message. The context is a struct scan_classes; see scan_question. */
const struct scan_form *scan_classes_forms(void *context, enum matcher_mode mode);
/* Where forms go on, see scan_question; for that the ISA is loaded with its semantics, once. NULL after a message. */
const uint8_t *scan_classes_transfers(void *context, enum matcher_mode mode);
/* Which registers forms read and overwrite, the same way. */
const struct form_footprint *scan_classes_footprints(void *context, enum matcher_mode mode);

#endif
