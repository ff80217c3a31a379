/* What the tests of direct execution share. */
#ifndef POPEK_TESTS_DIRECT_GUEST_H
#define POPEK_TESTS_DIRECT_GUEST_H

#include "../tests.h"

#include "tables.h"

#define FRAMES 256u
#define MEMORY 0x100000u /* bytes, FRAMES pages */

/* The tables, made once. NULL: they could not be made. */
const struct direct_tables *guest_tables(void);
/* A guest with MEMORY bytes; NULL, and said once, where guests cannot run. */
struct direct *open_guest(enum direct_policy policy);
/* Puts bytes, written in hexadecimal, at a physical address. */
void put(struct direct *d, uint32_t at, const char *hexadecimal);
void check_audit(struct direct *d, const char *what);
/* Runs from a state to the next event; *s is then the state there. */
struct direct_event run_from(struct direct *d, struct direct_state *s);

void test_returned(void);
void test_decisions(void);
void test_programs(void);
void test_hostile(void);
void test_segments(void);
void test_descriptors(void);
void test_mappings(void);
void test_page_borders(void);
void test_time(void);
void test_vectors(void);
void test_random(void);
void test_random_functions(void);
void test_returns(void);
void test_hostile_returns(void);
void test_returns_and_segments(void);
void test_returns_from_above(void);
void test_returns_and_overlaps(void);
void test_returns_and_writes(void);
void test_returns_and_time(void);
void test_widths(void);
void test_kinds(void);
void test_gates(void);
void test_options(void);

#endif
