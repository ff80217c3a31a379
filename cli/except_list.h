/* --except INSTRUCTION: what annotate and rewrite leave alone. */
#ifndef POPEK_CLI_EXCEPT_LIST_H
#define POPEK_CLI_EXCEPT_LIST_H

#include "../isa-model/isa.h"
#include "cli.h"

enum { MOST_EXCEPT = 64 };
struct except_list {
    const char *names[MOST_EXCEPT + 1]; /* ended by NULL */
    size_t count;
};

/* The option; the input is a struct except_list. */
extern const struct argp except_argp;
/* False after a message: the tables have no such instruction. */
bool except_known(const struct except_list *e, const struct isa *isa);

#endif
