/* Where descriptions come from: files, and what they include. */
#include "syntax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAXIMUM_FILE ((size_t)16 * 1024 * 1024)
#define MAXIMUM_FILES 256u

static char *read_file(void *context, const char *path, size_t *size) {
    (void)context;
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        return NULL;
    }
    char *text = NULL;
    size_t used = 0;
    size_t capacity = 0;
    bool good = true;
    while (good) {
        if (capacity - used < 2) {
            capacity = capacity == 0 ? 16384 : capacity * 2;
            char *larger = capacity > MAXIMUM_FILE ? NULL : realloc(text, capacity);
            if (larger == NULL) {
                good = false;
                break;
            }
            text = larger;
        }
        size_t got = fread(text + used, 1, capacity - used - 1, in);
        used += got;
        if (got == 0) {
            good = ferror(in) == 0;
            break;
        }
    }
    (void)fclose(in);
    if (!good) {
        free(text);
        return NULL;
    }
    *size = used;
    return text;
}

struct source_reader source_reader_files(void) {
    return (struct source_reader){read_file, NULL};
}

/* The path of an included file: relative to the file that includes it. "a/../b" stays as written. */
static const char *relative_path(struct reading *r, const struct source_file *from, const char *path) {
    const char *slash = strrchr(from->path, '/');
    if (path[0] == '/' || slash == NULL) {
        return path;
    }
    return arena_format(&r->arena, "%.*s%s", (int)(slash - from->path + 1), from->path, path);
}

static struct source_file *add_file(struct reading *r, const char *path, struct source_file *includer) {
    struct source_file *file = arena_allocate(&r->arena, sizeof *file);
    if (r->file_count == r->file_capacity) {
        r->files = arena_grow(&r->arena, r->files, r->file_count, &r->file_capacity,
                              sizeof *r->files); // NOLINT(bugprone-sizeof-expression): pointers are what it holds
    }
    file->path = arena_copy(&r->arena, path, strlen(path));
    file->text = "";
    file->includer = includer;
    file->number = (unsigned)r->file_count;
    r->files[r->file_count++] = file;
    return file;
}

static bool read_text(struct reading *r, struct source_file *file) {
    size_t size = 0;
    char *text = r->reader->read(r->reader->context, file->path, &size);
    if (text == NULL) {
        return false;
    }
    file->text = arena_copy(&r->arena, text, size);
    file->size = size;
    free(text);
    return true;
}

static const struct source_file *find_file(const struct reading *r, const char *path) {
    for (size_t i = 0; i < r->file_count; i++) {
        if (strcmp(r->files[i]->path, path) == 0) {
            return r->files[i];
        }
    }
    return NULL;
}

static void parse_one(struct reading *r, struct source_file *file);

static void include(struct reading *r, struct source_file *from, const struct syntax *at) {
    const char *path = relative_path(r, from, at->text);
    const struct source_file *known = find_file(r, path);
    if (known != NULL) {
        for (const struct source_file *f = from; f != NULL; f = f->includer) {
            if (f == known) {
                report(r, at, "\"%s\" includes itself (recursive include)", at->text);
                return;
            }
        }
        report(r, at, "\"%s\" is already included", at->text);
        return;
    }
    if (r->file_count >= MAXIMUM_FILES) {
        report(r, at, "more than %u files", MAXIMUM_FILES);
        return;
    }
    struct source_file *file = add_file(r, path, from);
    if (!read_text(r, file)) {
        report(r, at, "cannot read \"%s\"", path);
        return;
    }
    parse_one(r, file);
}

static bool is_text(struct reading *r, const struct source_file *file) {
    const char *zero = memchr(file->text, '\0', file->size);
    if (zero == NULL) {
        return true;
    }
    unsigned line = 1;
    for (const char *c = file->text; c < zero; c++) {
        line += *c == '\n' ? 1u : 0u;
    }
    report_at(r, file->number, line, 1, 1, "not a text file: it holds a zero byte");
    return false;
}

/* Parses the file; its includes take their places in the list of declarations. */
static void parse_one(struct reading *r, struct source_file *file) {
    if (!is_text(r, file)) {
        return;
    }
    struct source_file *outer = r->current;
    struct syntax **outer_last = r->last_declaration;
    struct syntax *own = NULL;
    r->current = file;
    r->last_declaration = &own;
    parse_file(r);
    r->current = outer;
    r->last_declaration = outer_last;
    for (struct syntax *d = own; d != NULL;) {
        struct syntax *next = d->next;
        d->next = NULL;
        if (d->kind == SYNTAX_INCLUDE) {
            include(r, file, d);
        } else {
            *r->last_declaration = d;
            r->last_declaration = &d->next;
        }
        d = next;
    }
}

void parse_all(struct reading *r, const char *path) {
    struct source_file *file = add_file(r, path, NULL);
    r->last_declaration = &r->declarations;
    if (!read_text(r, file)) {
        report_at(r, 0, 0, 0, 0, "cannot read the file");
        return;
    }
    size_t blank = strspn(file->text, " \t\r\n");
    if (blank == file->size) {
        report_at(r, 0, 1, 1, 1, "the file is empty; a description starts with: isa NAME \"title\";");
        return;
    }
    parse_one(r, file);
}
