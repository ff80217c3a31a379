/* The classes of all forms in all modes under one profile, decided when the program is built and read when it starts: one line for each form. */
#ifndef POPEK_REPORTS_CLASS_TABLE_H
#define POPEK_REPORTS_CLASS_TABLE_H

#include "../classifier/classifier.h"

#include <stdio.h>

/* One form in one mode. */
struct class_entry {
    enum verdict_class class;
    enum answer hole;
    const char *closed_by; /* as closing_text says */
};

struct class_table;

/* Writes the verdicts of a classification of all modes in which the search was made. `configuration` is "plain" or "best". Several tables may follow
 * each other in one text. False when it cannot be written, or has more than 80 different entries. */
bool class_table_write(FILE *out, const struct classification *c, const char *configuration);

/* Finds the table of the profile and configuration in a text, and reads it for this ISA, of which only the names and the number of forms and modes
 * matter. The text is not kept. NULL: there is none in the text, it is of another ISA, damaged, or memory is exhausted. */
struct class_table *class_table_read(const char *text, size_t size, const struct isa *isa, const char *profile, const char *configuration);
void class_table_free(struct class_table *t);

/* NULL: the form is not valid in the mode. Both are indices into the ISA. */
const struct class_entry *class_table_at(const struct class_table *t, size_t form, size_t mode);

#endif
