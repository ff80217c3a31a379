/* The class tables that are part of the program (reports/class_table.h), and the profile and configuration that commands ask about. */
#ifndef POPEK_KNOWN_CLASSES_H
#define POPEK_KNOWN_CLASSES_H

#include "../reports/class_table.h"

/* The table of a built-in ISA, `name` being what the user called it; NULL when there is none, because the ISA is the user's own or has no table. */
struct class_table *known_classes(const char *name, const struct isa *isa, const char *profile, const char *configuration);

#endif
