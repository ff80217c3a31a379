/* Results of earlier runs as input. */
#ifndef POPEK_CLI_JSON_FILE_H
#define POPEK_CLI_JSON_FILE_H

#include <jansson.h>

/* NULL after a message `FILE:LINE:COLUMN: error: ...`; the caller's. */
json_t *load_json(const char *path);

#endif
