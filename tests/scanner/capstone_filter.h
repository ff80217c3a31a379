/* Which instructions of Capstone the class table calls sites. */
#ifndef POPEK_TESTS_CAPSTONE_FILTER_H
#define POPEK_TESTS_CAPSTONE_FILTER_H

#include "class_table.h"

#include <capstone/capstone.h>

/* By instruction number of Capstone and its prefix: a mnemonic is looked up once. */
struct capstone_filter {
    const struct class_table *table;
    const char *names;                /* the text of capstone_names.txt */
    uint8_t known[X86_INS_ENDING][4]; /* 0: not yet asked; + 1: with a prefix in the mnemonic, + 2: with a special operand */
};

bool capstone_is_site(struct capstone_filter *f, const cs_insn *insn);

#endif
