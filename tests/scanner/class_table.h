/* The class table of one mode for tests of the scanner that run inside of one program. */
#ifndef POPEK_TESTS_CLASS_TABLE_H
#define POPEK_TESTS_CLASS_TABLE_H

#include "../../isa-model/isa.h"
#include "../../scanner/scanner.h"

struct class_table {
    struct isa *isa;
    struct matcher *matcher;
    struct scan_form *forms; /* of 64-bit mode under the first profile */
    struct scan_question question;
};

/* False after a message on standard error. */
bool class_table_make(struct class_table *t, const char *tables);
void class_table_free(struct class_table *t);

#endif
