/* Reads JSON and says where it is wrong. */
#include "json_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

json_t *load_json(const char *path) {
    json_error_t error;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "popek: error: cannot read '%s': %s\n", path, strerror(errno));
        return NULL;
    }
    json_t *document = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    (void)fclose(file);
    if (document == NULL) {
        (void)fprintf(stderr, "%s:%d:%d: error: %s\n", path, error.line, error.column, error.text);
    }
    return document;
}
