/* Which setting of the free bits closes the hole of a form. */
#ifndef POPEK_CLOSING_H
#define POPEK_CLOSING_H

#include "../classifier/classifier.h"

/* "cr4.umip=1": the fewest free bits that must differ from their plain values for the form to have no hole, as the configuration search found them;
 * "no configuration" when none closes it, "" when the search was not made. Writes at most `size` characters. */
void closing_text(const struct classification *c, unsigned verdict, char *text, size_t size);

#endif
