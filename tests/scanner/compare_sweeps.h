/* The scanner's sweep beside the same sweep with Capstone. */
#ifndef POPEK_TESTS_COMPARE_SWEEPS_H
#define POPEK_TESTS_COMPARE_SWEEPS_H

#include "../x86-tables/explanations.h"
#include "capstone_filter.h"

struct sweep_comparison {
    struct capstone_filter filter;
    struct explanations explanations;
    csh handle;
    cs_insn *insn;
    char *names;
    size_t sites, ours_alone, theirs_alone, unexplained; /* sums over all binaries */
};

/* `table` must outlive the comparison. False when a file cannot be read. */
bool comparison_open(struct sweep_comparison *c, const struct class_table *table, const char *names, const char *explanations);
void comparison_close(struct sweep_comparison *c);
/* Sites of 64-bit ELF code in these bytes that only one of the two finds; prints those that no line of disagreements.txt explains. False when it is
 * no such file. */
bool comparison_run(struct sweep_comparison *c, const char *path, const uint8_t *bytes, size_t size);

#endif
