/* A report in JSON is written. */
#include "json_write.h"

bool json_write(FILE *out, json_t *value, unsigned indent) {
    bool good = value != NULL && json_dumpf(value, out, JSON_INDENT(indent) | JSON_PRESERVE_ORDER) == 0 && fputc('\n', out) != EOF;
    json_decref(value);
    return good;
}
