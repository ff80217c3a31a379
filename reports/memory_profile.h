/* The profile of sensitive memory as a file that popek annotate --from reads: JSON, docs/annotate.md describes it. */
#ifndef POPEK_REPORTS_MEMORY_PROFILE_H
#define POPEK_REPORTS_MEMORY_PROFILE_H

#include "../machine/memory_profile.h"
#include "../scanner/scanner.h"

#include <stdio.h>

/* `places[i]` has function and line of site i. False when memory is exhausted. */
bool report_memory_profile(FILE *out, const char *guest, const struct memory_site *sites, const struct scan_site *places, size_t count);

/* What a profile says of one source file: a line, and which kinds of memory it touches. */
struct profile_line {
    uint32_t line;
    uint8_t kinds; /* set of enum memory_kind */
};
/* Those of the source file with the base name of `source`; the caller frees *lines. NULL when it is done; otherwise why not (static). */
const char *memory_profile_read(const char *text, size_t size, const char *source, struct profile_line **lines, size_t *count);

#endif
