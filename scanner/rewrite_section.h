/* The section of the originals at the end of a rewritten file. Internal to the scanner. */
#ifndef POPEK_SCANNER_REWRITE_SECTION_H
#define POPEK_SCANNER_REWRITE_SECTION_H

#include "rewrite.h"

/* Appends the section and a new section table to a copy of the file, and points its header there. `patched` are the file's bytes with the
 * replacements, `originals` what was there. The result and its size through pointers; NULL in *message: out of memory. */
bool rewrite_append(const uint8_t *patched, size_t size, const struct rewrite_original *originals, size_t count, uint8_t **result,
                    size_t *result_size, const char **message);

#endif
