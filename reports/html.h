/* What the files of the HTML report share: escapes, and tables in which equal texts stand once. */
#ifndef POPEK_HTML_H
#define POPEK_HTML_H

#include "../evidence/evidence.h"

#include <stdio.h>

/* Texts by number, in the order in which they came. */
struct text_table;
struct text_table *text_table_new(void); /* NULL: out of memory */
void text_table_free(struct text_table *t);
/* The number of the text, which is copied. After an allocation has failed it is 0 for every new text, and text_table_failed says so. */
size_t text_table_number(struct text_table *t, const char *text);
bool text_table_failed(const struct text_table *t);
size_t text_table_count(const struct text_table *t);
const char *text_table_at(const struct text_table *t, size_t number);

/* One character as html_text writes it; good in XML, too. */
void html_character(FILE *out, char c);
/* As the text of an element or as the value of an attribute in double quotes. */
void html_text(FILE *out, const char *text);
/* As a JSON string that may stand in a script element: no character that HTML gives a meaning is left. */
void html_json_string(FILE *out, const char *text);

/* The data of the page as JSON, in elements of its own, see reports/html/report.js. `evidence` may be NULL. */
bool html_data(FILE *out, const struct classification *c, const struct evidence *evidence, const struct source_reader *reader);
/* The tab about evidence: totals, why cells are not filled, and what the matrix was made of. */
void html_evidence(FILE *out, const struct evidence *e);
/* One witness as a JSON array; its names and values are numbers of `strings`. False: out of memory. */
bool html_witness(FILE *out, const struct classification *c, const struct form_verdict *v, struct text_table *strings);

#endif
