/* Reads the embedded table of kinds. */
#include "native_kinds.h"

#include "embedded.h"

bool native_kinds_read(struct direct_kind_table *t, size_t form_count) {
    *t = (struct direct_kind_table){.form_count = 0};
    const struct embedded_file *file = embedded_find("classes/x86.kinds");
    return file != NULL && kind_table_read(t, file->start, (size_t)(file->end - file->start), form_count);
}
