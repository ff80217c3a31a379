/* Looks for a class table among the embedded files: its path ends with classes/ISA.PROFILE. */
#include "known_classes.h"

#include "embedded.h"

#include <string.h>

struct class_table *known_classes(const char *name, const struct isa *isa, const char *profile, const char *configuration) {
    char wanted[128];
    int length = snprintf(wanted, sizeof wanted, "classes/%s.%s", name, profile);
    const struct embedded_file *file = length > 0 && (size_t)length < sizeof wanted ? embedded_find(wanted) : NULL;
    return file == NULL ? NULL : class_table_read(file->start, (size_t)(file->end - file->start), isa, profile, configuration);
}
