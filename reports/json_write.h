/* A report in JSON is written. */
#ifndef POPEK_REPORTS_JSON_WRITE_H
#define POPEK_REPORTS_JSON_WRITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Writes the value, which is the function's from now on, with so many blanks for each level, and an end of line. False: it is NULL (memory was
 * exhausted), or it could not be written. */
bool json_write(FILE *out, json_t *value, unsigned indent);

#endif
