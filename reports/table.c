/* Writes tables as CSV and as Markdown. */
#include "table.h"

#include "html.h"

#include <stdarg.h>
#include <string.h>

void markdown_text(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            (void)fputc(' ', out);
        } else if (strchr("<>&", *text) != NULL) {
            html_character(out, *text); /* it may be shown by something that takes HTML in Markdown as it is */
        } else {
            (void)fprintf(out, strchr("\\`*_[]|#", *text) != NULL ? "\\%c" : "%c", *text);
        }
    }
}

static void csv_text(FILE *out, const char *text) {
    if (strpbrk(text, ",\"\r\n") == NULL) {
        (void)fputs(text, out);
        return;
    }
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        (void)fprintf(out, *text == '"' ? "\"%c" : "%c", *text);
    }
    (void)fputc('"', out);
}

void table_text(struct table_writer *w, const char *text) {
    bool last = ++w->column == w->columns;
    if (w->markdown) {
        (void)fputs(w->column == 1 ? "| " : " ", w->out);
        markdown_text(w->out, text);
        (void)fputs(last ? " |\n" : " |", w->out);
    } else {
        csv_text(w->out, text);
        (void)fputs(last ? "\r\n" : ",", w->out);
    }
    w->column = last ? 0 : w->column;
}

void table_format(struct table_writer *w, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    table_text(w, text);
}

void table_begin(struct table_writer *w, FILE *out, bool markdown, const char *const *headings, size_t columns) {
    *w = (struct table_writer){out, markdown, columns, 0};
    for (size_t i = 0; i < columns; i++) {
        table_text(w, headings[i]);
    }
    for (size_t i = 0; markdown && i < columns; i++) {
        (void)fputs(i + 1 == columns ? "|---|\n" : "|---", out);
    }
}
