/* What reports about machines under test share. */
#ifndef POPEK_REPORTS_PROBE_PARTS_H
#define POPEK_REPORTS_PROBE_PARTS_H

#include <jansson.h>
#include <stdint.h>

/* "0x1f", because JSON's numbers do not hold 64 bits. */
json_t *json_number(uint64_t value);
/* The lines of a backend's description. */
json_t *json_machine(const char *text);

#endif
