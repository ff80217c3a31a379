/* Loads an ISA: a built-in name stands for tables inside of the program, everything else is a path. */
#include "cli.h"

#include "../x86-tables/matcher.h"
#include "embedded.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

static char *read_embedded(void *context, const char *path, size_t *size) {
    (void)context;
    for (size_t i = 0; i < embedded_file_count; i++) {
        const struct embedded_file *file = &embedded_files[i];
        if (strcmp(file->path, path) == 0) {
            size_t length = (size_t)(file->end - file->start);
            char *text = malloc(length + 1);
            if (text != NULL) {
                memcpy(text, file->start, length);
                text[length] = '\0';
                *size = length;
            }
            return text;
        }
    }
    return NULL;
}

char *read_builtin(const char *path) {
    size_t size = 0;
    return read_embedded(NULL, path, &size);
}

/* The start of the name of a main file (one that has an `isa` line) and its length; NULL for a file that others include. */
static const char *builtin_name(const struct embedded_file *file, size_t *length) {
    size_t size = (size_t)(file->end - file->start);
    bool is_main = size > 4 && memcmp(file->start, "isa ", 4) == 0;
    if (!is_main && memmem(file->start, size, "\nisa ", 5) == NULL) {
        return NULL;
    }
    const char *slash = strrchr(file->path, '/');
    const char *base = slash == NULL ? file->path : slash + 1;
    const char *dot = strrchr(base, '.');
    *length = dot == NULL ? strlen(base) : (size_t)(dot - base);
    return base;
}

static const struct embedded_file *find_builtin(const char *name) {
    for (size_t i = 0; i < embedded_file_count; i++) {
        size_t length = 0;
        const char *builtin = builtin_name(&embedded_files[i], &length);
        if (builtin != NULL && strlen(name) == length && strncmp(name, builtin, length) == 0) {
            return &embedded_files[i];
        }
    }
    return NULL;
}

void visit_builtin_isas(void (*visit)(void *context, const char *name, const char *path), void *context) {
    for (size_t i = 0; i < embedded_file_count; i++) {
        size_t length = 0;
        const char *builtin = builtin_name(&embedded_files[i], &length);
        char name[64];
        if (builtin != NULL && length < sizeof name) {
            memcpy(name, builtin, length);
            name[length] = '\0';
            visit(context, name, embedded_files[i].path);
        }
    }
}

struct names {
    char text[32][64];
    size_t count;
};

static void add_name(void *context, const char *name, const char *path) {
    struct names *n = context;
    (void)path;
    if (n->count < sizeof n->text / sizeof n->text[0]) {
        (void)snprintf(n->text[n->count++], sizeof n->text[0], "%s", name);
    }
}

static const char *name_at(const void *context, size_t i) { return ((const struct names *)context)->text[i]; }

static void complain_no_isa(const char *name) {
    struct names names = {.count = 0};
    visit_builtin_isas(add_name, &names);
    complain_name("no built-in ISA and no readable file:", name, name_at, &names, names.count);
}

struct isa *load_isa(const char *name, const struct isa_options *options, struct source_reader *reader, int *code) {
    const struct embedded_file *builtin = find_builtin(name);
    const char *path = name;
    struct isa_options checked = *options;
    if (builtin != NULL) {
        *reader = (struct source_reader){read_embedded, NULL};
        path = builtin->path;
    } else {
        *reader = source_reader_files();
        checked.only = NULL; /* somebody's own file is checked whole */
        FILE *probe = fopen(path, "rb");
        if (probe == NULL) {
            complain_no_isa(name);
            *code = EXIT_INPUT;
            return NULL;
        }
        (void)fclose(probe);
    }
    char *messages = NULL;
    struct isa *isa = isa_load(path, reader, &checked, &messages);
    if (isa == NULL) {
        if (messages == NULL) {
            complain("out of memory");
        } else {
            (void)fputs(messages, stderr);
        }
        *code = messages == NULL ? EXIT_INTERNAL : EXIT_INPUT;
        free(messages);
        return NULL;
    }
    progress_tell("%s read and checked, %zu forms", path, isa->form_count);
    return isa;
}

struct matcher *load_with_matcher(const char *name, const struct isa_options *options, struct isa **isa, int *code) {
    struct source_reader reader;
    char *message = NULL;
    *isa = load_isa(name, options, &reader, code);
    struct matcher *m = *isa == NULL ? NULL : matcher_of_isa(*isa, &message);
    if (*isa != NULL && m == NULL) {
        *code = complain_message(message);
        isa_free(*isa);
        *isa = NULL;
    }
    free(message);
    return m;
}
