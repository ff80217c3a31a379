/* Names by which Capstone and the tables differ, and what is left out. Internal to the coverage; coverage.h says how a line is written. */
#ifndef POPEK_COVERAGE_NAMES_H
#define POPEK_COVERAGE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct coverage_name {
    char name[48], target[48]; /* target: a mnemonic of the tables, "excluded" or "absent" */
    char *reason;
    bool used;
};

struct coverage_names {
    struct coverage_name *rows;
    size_t count;
};

/* Adds the lines of a text. False: `*message` (free it) says which line is wrong, or is NULL when memory is exhausted. */
bool coverage_names_read(struct coverage_names *names, const char *text, size_t size, char **message);
/* NULL when there is none. */
struct coverage_name *coverage_names_find(const struct coverage_names *names, const char *name);
void coverage_names_free(struct coverage_names *names);

#endif
