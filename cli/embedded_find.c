/* Finds a file among those that are part of the program. */
#include "embedded.h"

#include <string.h>

const struct embedded_file *embedded_find(const char *ending) {
    size_t length = strlen(ending);
    for (size_t i = 0; i < embedded_file_count; i++) {
        size_t size = strlen(embedded_files[i].path);
        if (size >= length && strcmp(embedded_files[i].path + size - length, ending) == 0) {
            return &embedded_files[i];
        }
    }
    return NULL;
}

const char *recorded_differences(void) {
    const struct embedded_file *file = embedded_find("hardware_differences.txt");
    return file == NULL ? NULL : file->start; /* a zero byte follows every embedded file */
}
