/* Which routines of a monitor the ledger of the proofs has. Internal to the matrix. */
#ifndef POPEK_EVIDENCE_HANDLERS_H
#define POPEK_EVIDENCE_HANDLERS_H

#include "evidence.h"

struct handlers;
/* NULL as of evidence_make. The ledgers must live as long as the result. */
struct handlers *handlers_new(const struct evidence_inputs *inputs, char **message);
void handlers_free(struct handlers *h);
/* The routine that does this form in this mode; its goals, and those of them that are proven. NULL: there is none. */
const char *handlers_find(const struct handlers *h, const struct isa *isa, unsigned form, unsigned mode, unsigned *goals, unsigned *proven);

#endif
