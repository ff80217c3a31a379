/* Reads where Capstone and the tables differ in names, and what is left out: capstone_names.txt. */
#include "coverage_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool bad_line(unsigned line, const char *what, char **message) {
    if (asprintf(message, "exceptions, line %u: %s", line, what) < 0) {
        *message = NULL;
    }
    return false;
}

static bool read_line(struct coverage_names *names, const char *text, unsigned line, char **message) {
    struct coverage_name e = {{0}, {0}, NULL, false};
    int at = 0;
    text += strspn(text, " \t\r");
    if (*text == '\0' || *text == '#') {
        return true;
    }
    if (sscanf(text, "%47s = %47s %n", e.name, e.target, &at) != 2 || at == 0) { // NOLINT(cert-err34-c): no numbers
        return bad_line(line, "capstone_name = INSTRUCTION \"reason\" is wanted", message);
    }
    const char *quote = strchr(text + at, '"');
    const char *end = quote == NULL ? NULL : strrchr(quote + 1, '"');
    if (end == NULL || end == quote + 1) {
        return bad_line(line, "the reason is missing", message);
    }
    e.reason = strndup(quote + 1, (size_t)(end - quote - 1));
    struct coverage_name *larger = realloc(names->rows, (names->count + 1) * sizeof *larger);
    if (larger == NULL || e.reason == NULL) {
        free(e.reason);
        names->rows = larger == NULL ? names->rows : larger;
        return false;
    }
    names->rows = larger;
    names->rows[names->count++] = e;
    return true;
}

bool coverage_names_read(struct coverage_names *names, const char *text, size_t size, char **message) {
    unsigned line = 1;
    for (size_t at = 0; at < size; line++) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end == NULL ? size - at : (size_t)(end - text) - at;
        char *copy = strndup(text + at, length);
        bool good = copy != NULL && read_line(names, copy, line, message);
        free(copy);
        if (!good) {
            return false;
        }
        at += length + 1;
    }
    return true;
}

struct coverage_name *coverage_names_find(const struct coverage_names *names, const char *name) {
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->rows[i].name, name) == 0) {
            return &names->rows[i];
        }
    }
    return NULL;
}

void coverage_names_free(struct coverage_names *names) {
    for (size_t i = 0; i < names->count; i++) {
        free(names->rows[i].reason);
    }
    free(names->rows);
}
