/* Checks JSON against a schema. */
#ifndef POPEK_TESTS_SCHEMA_H
#define POPEK_TESTS_SCHEMA_H

#include "tests.h"

#include <jansson.h>

/* Each departure is a failed case that says where; `where` is the name of the whole. */
bool schema_valid(const json_t *schema, const json_t *value, const char *where);

#endif
