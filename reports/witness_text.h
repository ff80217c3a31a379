/* A witness as a table of two columns. */
#ifndef POPEK_WITNESS_TEXT_H
#define POPEK_WITNESS_TEXT_H

#include "wording.h"

bool write_witness(FILE *out, const struct classification *c, const struct form_verdict *v, const struct paint *paint);

#endif
