/* `popek simulate --step`: the machines beside each other after each step. */
#ifndef POPEK_CLI_STEP_VIEW_H
#define POPEK_CLI_STEP_VIEW_H

#include "../reports/simulation.h"

enum step_wish { WISH_EACH, WISH_TRAP, WISH_END };

struct step_view {
    FILE *out;
    const struct machine *bare, *machine;
    const char *name;    /* the monitor's */
    bool asks;           /* a terminal: shows one step at a time and waits for its user */
    enum step_wish wish; /* what the user asked for last */
};

/* Whether there is somebody to ask: standard input and output are a terminal. */
bool step_view_can_ask(void);
/* The `line` of a simulation_trace; `context` is a step_view. */
bool step_view_line(void *context, const struct simulated_step *step);

#endif
