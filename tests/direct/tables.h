/* What direct execution needs to know of x86: the matcher, and the kinds of all forms, decided anew. */
#ifndef POPEK_TESTS_DIRECT_TABLES_H
#define POPEK_TESTS_DIRECT_TABLES_H

#include "../../direct/direct.h"

#include "../../isa-model/isa.h"

struct direct_tables {
    struct isa *isa;
    struct matcher *matcher;
    uint8_t *kinds32, *kinds16;
};
/* False after a message on the standard error. */
bool direct_tables_make(struct direct_tables *t, const char *tables);
void direct_tables_free(struct direct_tables *t);

/* A guest with flat segments over its memory, EIP at 0x1000 and ESP at 0x8000. */
void flat_state(struct direct_state *s, uint32_t memory);

#endif
