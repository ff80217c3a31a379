/* Which registers and flags still count at the sites of an assembled program. Internal to the scanner. */
#ifndef POPEK_SCANNER_LIVENESS_H
#define POPEK_SCANNER_LIVENESS_H

#include "sites.h"

/* Gives every record its `live` (see site_record) by looking at all that can follow it: transfers inside of a section are followed, and behind what
 * leaves it, or goes where registers or memory say, everything is live. `object` is what the records were read from. False: memory is
 * exhausted, or there are no footprints. */
bool liveness_find(const struct scan_question *q, const uint8_t *object, size_t size, struct site_records *records);

#endif
