/* Values and instructions of a simulation as text, for its reports. */
#ifndef POPEK_REPORT_SIMULATION_WORDS_H
#define POPEK_REPORT_SIMULATION_WORDS_H

#include "../simulator/simulation.h"

/* The name of an enumeration's value, or hexadecimal digits; in `buffer`. */
const char *simulation_value(const struct target *t, unsigned component, word128 value, char buffer[24]);
/* The instruction of a step, or what takes its place: a timer interrupt, a counter that reaches no word. */
void simulation_instruction(const struct target *t, const struct simulated_step *step, char text[64]);

#endif
