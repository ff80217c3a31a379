/* Reads the embedded table of kinds. */
#include "native_kinds.h"

#include "embedded.h"

#include <string.h>

#define TABLE "classes/x86.kinds"

bool native_kinds_read(struct direct_kind_table *t, size_t form_count) {
    *t = (struct direct_kind_table){.form_count = 0};
    for (size_t i = 0; i < embedded_file_count; i++) {
        const struct embedded_file *file = &embedded_files[i];
        size_t size = strlen(file->path);
        if (size >= strlen(TABLE) && strcmp(file->path + size - strlen(TABLE), TABLE) == 0) {
            return kind_table_read(t, file->start, (size_t)(file->end - file->start), form_count);
        }
    }
    return false;
}
