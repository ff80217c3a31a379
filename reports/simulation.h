/* What a simulation did, as text for people and as JSON for programs. */
#ifndef POPEK_REPORT_SIMULATION_H
#define POPEK_REPORT_SIMULATION_H

#include "../simulator/simulation.h"

#include <stdio.h>

struct simulation_report {
    const char *guest; /* as it was named on the command line */
    uint32_t guest_words;
    const char *monitor;             /* "bare", "vmm", "hybrid", "nested=N" */
    bool proven;                     /* the C of vmm-model runs, not the model */
    const struct machine *reference; /* NULL: nothing is compared */
    const struct machine *machine;
    const struct simulation *result;
};

/* Both return false when memory is exhausted. */
bool report_simulation_text(FILE *out, const struct simulation_report *r);
bool report_simulation_json(FILE *out, const struct simulation_report *r);
/* The heading of a trace, and one line of it. */
void report_trace_heading(FILE *out);
void report_trace_line(FILE *out, const struct target *t, const struct simulated_step *step);
/* What a step has left: the bare machine, the virtual machine and the real processor beside each other, at most 22 lines of 78 columns for a machine
 * like the third generation's. `name` is the monitor's, as in the report. */
void report_step(FILE *out, const struct machine *bare, const struct machine *machine, const char *name, const struct simulated_step *step);

#endif
