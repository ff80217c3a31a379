/* What direct execution may run. */
#ifndef POPEK_CLI_NATIVE_KINDS_H
#define POPEK_CLI_NATIVE_KINDS_H

#include "../machine/session.h"
#include "cli.h"

struct native_kinds {
    struct isa *isa;
    uint8_t *own32, *own16;
    struct native_tables tables;
};
/* Decides the forms of 32-bit and 16-bit code under the profile direct_execution_gated. False after a message, with what to exit with; to be freed in
 * either case. */
bool native_kinds_make(struct native_kinds *k, int *code);
void native_kinds_free(struct native_kinds *k);

#endif
