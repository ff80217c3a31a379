/* Tables as they are written: CSV (RFC 4180) for programs, Markdown for pages. A row has as many cells as there are headings. */
#ifndef POPEK_REPORTS_TABLE_H
#define POPEK_REPORTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table_writer {
    FILE *out;
    bool markdown;
    size_t columns, column; /* cells in a row, and of this one so far */
};
/* Writes the headings. */
void table_begin(struct table_writer *w, FILE *out, bool markdown, const char *const *headings, size_t columns);
/* The next cell; the last one ends the row. */
void table_text(struct table_writer *w, const char *text);
void table_format(struct table_writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Text in Markdown outside of code: what has a meaning there is escaped. */
void markdown_text(FILE *out, const char *text);

#endif
