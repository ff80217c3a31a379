/* What direct execution may run: the table that was made when the program was built. */
#ifndef POPEK_CLI_NATIVE_KINDS_H
#define POPEK_CLI_NATIVE_KINDS_H

#include "../direct/kind_table.h"
#include "../machine/session.h"

/* False: there is no table for an ISA with so many forms. To be freed in either case. */
bool native_kinds_read(struct direct_kind_table *t, size_t form_count);

#endif
