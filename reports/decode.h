/* Decoded instructions as text and as JSON. Both return false when memory is exhausted. */
#ifndef POPEK_REPORTS_DECODE_H
#define POPEK_REPORTS_DECODE_H

#include "../x86-tables/listing.h"

#include <stdio.h>

bool report_decode_text(FILE *out, const struct listing *l);
/* {"isa","mode","profile","instructions":[{"offset","bytes","name","form","length","class",...}]}; invalid bytes have "reason" instead of "length".
 */
bool report_decode_json(FILE *out, const struct listing *l);

/* "zmm17", "ah", "cr0"; writes at most `size` characters. */
void decode_register_name(unsigned class, unsigned number, bool high_byte, char *text, size_t size);

#endif
