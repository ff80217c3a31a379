/* Which bytes of a guest's program are code, as far as a run tells. */
#ifndef POPEK_CLI_REACHED_CODE_H
#define POPEK_CLI_REACHED_CODE_H

#include "../isa-model/isa.h"
#include "../scanner/scanner.h"

/* A byte for each of the file: 1 where an instruction begins that a run has met, or to which the program goes from there by transfers that name their
 * target. `met`: a bit for each byte of the machine's memory, into which the program was loaded. NULL: out of memory, or no class table; the caller
 * frees it. */
uint8_t *reached_code(const struct scan_question *scan, const struct isa *isa, const uint8_t *bytes, size_t size, const uint8_t *met);

#endif
