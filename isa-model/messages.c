/* Messages about a description: kept in order of place, each shown with its line and a caret. */
#include "syntax.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAXIMUM_MESSAGES 20u
#define MAXIMUM_SHOWN_LINE 160u

void report_at(struct reading *r, unsigned file, unsigned line, unsigned column, unsigned length, const char *text) {
    for (size_t i = 0; i < r->message_count; i++) {
        const struct message *m = &r->messages[i];
        if (m->file == file && m->line == line && m->column == column && strcmp(m->text, text) == 0) {
            return;
        }
    }
    if (r->message_count >= MAXIMUM_MESSAGES) {
        r->too_many = true;
        return;
    }
    if (r->message_count == r->message_capacity) {
        r->messages = arena_grow(&r->arena, r->messages, r->message_count, &r->message_capacity, sizeof *r->messages);
    }
    r->messages[r->message_count++] = (struct message){file, line, column, length, text};
}

void report(struct reading *r, const struct syntax *at, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    report_at(r, at->file, at->line, at->column, at->length, arena_copy(&r->arena, text, strlen(text)));
}

static int by_place(const void *a, const void *b) {
    const struct message *x = a;
    const struct message *y = b;
    if (x->file != y->file) {
        return x->file < y->file ? -1 : 1;
    }
    if (x->line != y->line) {
        return x->line < y->line ? -1 : 1;
    }
    return x->column == y->column ? 0 : x->column < y->column ? -1 : 1;
}

/* The line, with what cannot be printed as '?', and a caret line below. */
static void show_line(FILE *out, const struct source_file *file, const struct message *m) {
    const char *line = file->text;
    const char *end = file->text + file->size;
    for (unsigned i = 1; i < m->line && line < end; i++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        line = newline == NULL ? end : newline + 1;
    }
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    size_t length = (size_t)((newline == NULL ? end : newline) - line);
    if (length > MAXIMUM_SHOWN_LINE || m->column > length + 1) {
        return;
    }
    fputs("    ", out);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line[i];
        fputc(c == '\t' || (c >= 32 && c < 127) ? c : '?', out);
    }
    fputs("\n    ", out);
    for (unsigned i = 1; i < m->column; i++) {
        fputc(line[i - 1] == '\t' ? '\t' : ' ', out);
    }
    fputc('^', out);
    for (unsigned i = 1; i < m->length && m->column + i <= length; i++) {
        fputc('~', out);
    }
    fputc('\n', out);
}

char *messages_text(struct reading *r) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    qsort(r->messages, r->message_count, sizeof *r->messages, by_place);
    for (size_t i = 0; i < r->message_count; i++) {
        const struct message *m = &r->messages[i];
        const struct source_file *file = r->files[m->file];
        if (m->line == 0) {
            fprintf(out, "%s: error: %s\n", file->path, m->text);
            continue;
        }
        fprintf(out, "%s:%u:%u: error: %s\n", file->path, m->line, m->column, m->text);
        show_line(out, file, m);
    }
    if (r->too_many) {
        fprintf(out, "%s: error: too many errors; the rest is not shown\n", r->files[0]->path);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
