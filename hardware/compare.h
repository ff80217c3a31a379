/* A prediction against what a machine did. */
#ifndef POPEK_HARDWARE_COMPARE_H
#define POPEK_HARDWARE_COMPARE_H

#include "predict.h"

/* One component that is not as the tables say. `known`: the bits that the tables determine. */
struct difference {
    char name[40];
    uint64_t expected, known, seen;
};
#define DIFFERENCES_MOST 16u

/* How many differences there are; the first DIFFERENCES_MOST are written. */
size_t compare_run(const struct prediction *p, const struct world *world, const struct run *run, const struct run_result *result,
                   struct difference *differences);
/* One of two runs that are compared with each other. */
struct compared_run {
    const struct prediction *prediction;
    const struct world *world;
    const struct run *run;
    const struct run_result *result;
};
/* Two completed runs of one instruction from states that are alike but for components that `skipped` names: what differs afterwards, `expected` in
 * the first and `seen` in the second, of the bits that both predictions determine. Counts and writes as compare_run. */
size_t compare_results(const struct compared_run runs[2], bool (*skipped)(const char *name), struct difference *differences);
#define EXPECTED_TEXT 96u /* enough for both */
#define SEEN_TEXT 64u
/* "#GP(0)", "done", "done or #XM" in at most `size` bytes. */
void describe_prediction(const struct prediction *p, char *text, size_t size);
void describe_result(const struct run_result *result, char *text, size_t size);

#endif
