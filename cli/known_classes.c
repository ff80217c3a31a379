/* Looks for a class table among the embedded files: its path ends with classes/ISA.PROFILE. */
#include "known_classes.h"

#include "embedded.h"

#include <string.h>

struct class_table *known_classes(const char *name, const struct isa *isa, const char *profile, const char *configuration) {
    char wanted[128];
    int length = snprintf(wanted, sizeof wanted, "classes/%s.%s", name, profile);
    for (size_t i = 0; length > 0 && (size_t)length < sizeof wanted && i < embedded_file_count; i++) {
        const struct embedded_file *file = &embedded_files[i];
        size_t size = strlen(file->path);
        if (size >= (size_t)length && strcmp(file->path + size - (size_t)length, wanted) == 0) {
            return class_table_read(file->start, (size_t)(file->end - file->start), isa, profile, configuration);
        }
    }
    return NULL;
}
