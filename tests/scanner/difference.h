/* Why the matcher and Capstone read the same bytes differently: the row of disagreements.txt that is about this very instruction. */
#ifndef POPEK_TESTS_DIFFERENCE_H
#define POPEK_TESTS_DIFFERENCE_H

#include "../x86-tables/explanations.h"
#include "class_table.h"

#include <capstone/capstone.h>

/* Both decoders, 64-bit mode. Everything is the caller's. */
struct two_decoders {
    const struct class_table *table;
    const char *names; /* the text of capstone_names.txt */
    csh handle;
    cs_insn *insn;
};

enum { KEY_SIZE = 64 };

/* The first row whose pattern fits the instruction as it stands there, with one of its prefixes by itself reproducing the difference, or with all of
 * its prefixes; NULL when there is none. `key` is what a row would have to fit. */
struct explanation *difference_explain(const struct two_decoders *t, struct explanations *rows, const uint8_t *bytes, size_t size,
                                       char key[KEY_SIZE]);

#endif
