/* Where a site is, for people: function and source line. Internal to the scanner. */
#ifndef POPEK_SCANNER_PLACES_H
#define POPEK_SCANNER_PLACES_H

#include "image.h"

/* Fills function, function_offset, source and line of the sites and the stops of the binary, whose addresses are still offsets in sections. `bytes`
 * are those of the image; lines are read from a copy where the reader has to write. False when memory is exhausted. */
bool places_find(struct scan_binary *binary, const struct image *image, const uint8_t *bytes, size_t size);

/* A copy of the text that belongs to the binary; equal texts that follow each other share one. NULL when memory is exhausted. */
const char *places_keep(struct scan_binary *binary, const char *text);

#endif
