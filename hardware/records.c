/* Reads and looks up recorded differences. */
#include "records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct records {
    char *text;
    struct record *items;
    size_t count;
};

static char *trim(char *field) {
    field += strspn(field, " \t");
    size_t length = strlen(field);
    while (length > 0 && strchr(" \t\r", field[length - 1]) != NULL) {
        field[--length] = '\0';
    }
    return field;
}

static bool read_line(char *line, struct record *r) {
    const char **fields[] = {&r->backend, &r->form, &r->parts, &r->blame, &r->reason};
    for (size_t i = 0; i < 5; i++) {
        char *bar = i < 4 ? strstr(line, " | ") : NULL;
        if (i < 4 && bar == NULL) {
            return false;
        }
        if (bar != NULL) {
            *bar = '\0';
        }
        *fields[i] = trim(line);
        line = bar == NULL ? line : bar + 3;
        if ((*fields[i])[0] == '\0') {
            return false;
        }
    }
    return true;
}

struct records *records_read(const char *text, char **message) {
    struct records *r = calloc(1, sizeof *r);
    size_t lines = 1;
    *message = NULL;
    for (const char *c = text; c != NULL && *c != '\0'; c++) {
        lines += *c == '\n' ? 1u : 0u;
    }
    if (r != NULL) {
        r->text = strdup(text == NULL ? "" : text);
        r->items = calloc(lines, sizeof *r->items);
    }
    if (r == NULL || r->text == NULL || r->items == NULL) {
        records_free(r);
        return NULL;
    }
    char *rest = NULL;
    for (char *line = strtok_r(r->text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *start = trim(line);
        if (start[0] == '\0' || start[0] == '#') {
            continue;
        }
        if (!read_line(start, &r->items[r->count++])) {
            if (asprintf(message, "recorded differences: a line needs five fields: '%s'", start) < 0) {
                *message = NULL;
            }
            records_free(r);
            return NULL;
        }
    }
    return r;
}

void records_free(struct records *r) {
    if (r != NULL) {
        free(r->text);
        free(r->items);
        free(r);
    }
}

static bool is_about(const struct record *r, const char *backend, const struct form *form) {
    return (strcmp(r->backend, "any") == 0 || strcmp(r->backend, backend) == 0) &&
           (strcmp(r->form, form->instruction) == 0 || strcmp(r->form, form->text) == 0);
}

static bool names_part(const char *parts, const char *name) {
    while (*parts != '\0') {
        size_t length = strcspn(parts, ",");
        size_t used = length;
        while (used > 0 && parts[used - 1] == ' ') {
            used--;
        }
        bool prefix = used > 0 && parts[used - 1] == '*';
        if (prefix ? strncmp(parts, name, used - 1) == 0 : strlen(name) == used && strncmp(parts, name, used) == 0) {
            return true;
        }
        parts += length;
        parts += strspn(parts, ", ");
    }
    return false;
}

const struct record *records_find(const struct records *r, const char *backend, const struct form *form, const struct difference *differences,
                                  size_t count) {
    for (size_t i = 0; i < r->count; i++) {
        if (!is_about(&r->items[i], backend, form)) {
            continue;
        }
        bool all = count <= DIFFERENCES_MOST;
        for (size_t k = 0; all && k < count; k++) {
            all = names_part(r->items[i].parts, differences[k].name);
        }
        if (all) {
            return &r->items[i];
        }
    }
    return NULL;
}

const struct record *records_exclusion(const struct records *r, const char *backend, const struct form *form) {
    for (size_t i = 0; i < r->count; i++) {
        if (is_about(&r->items[i], backend, form) && strcmp(r->items[i].parts, "excluded") == 0) {
            return &r->items[i];
        }
    }
    return NULL;
}
