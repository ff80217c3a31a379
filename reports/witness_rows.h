/* Which components of a witness a report shows, and what the witness claims. */
#ifndef POPEK_WITNESS_ROWS_H
#define POPEK_WITNESS_ROWS_H

#include "states.h"

/* A sentence: what the states show. */
const char *witness_claim(const struct witness *w);
/* Of one state: worth showing, with its value before and after. */
bool witness_shows(const struct witness *w, const struct component *c);
/* Of two states: worth showing before, and after. */
bool witness_shows_before(const struct witness *w, const struct component *c);
bool witness_shows_after(const struct witness *w, const struct component *c);
/* The values before, or after, differ in a way that matters. */
bool witness_marks_before(const struct witness *w, const struct component *c);
bool witness_marks_after(const struct witness *w, const struct component *c);
/* It changes in the virtual machine, and the monitor, which keeps it, is not told. */
bool witness_unnoticed(const struct witness *w, const struct component *c);

#endif
