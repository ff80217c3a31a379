/* Functions and source lines of addresses in a linked ELF file. */
#ifndef POPEK_SCANNER_ADDRESSES_H
#define POPEK_SCANNER_ADDRESSES_H

#include "scanner.h"

/* Fills function, function_offset, source and line of `sites`, whose addresses are given, as far as the file knows them. The names belong to *names,
 * which is to be freed with addresses_free whatever the result. False: it is no ELF file that can be read, or memory is exhausted. */
bool addresses_find(const uint8_t *bytes, size_t size, struct scan_site *sites, size_t count, struct scan_binary *names);
void addresses_free(struct scan_binary *names);

#endif
