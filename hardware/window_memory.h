/* The window of memory as a backend keeps it: filled before a run, compared after it. Nothing here allocates or calls the system. */
#ifndef POPEK_HARDWARE_WINDOW_MEMORY_H
#define POPEK_HARDWARE_WINDOW_MEMORY_H

#include "state.h"

struct window_memory {
    uint8_t *start; /* where the window's offset 0 is; only its code and data parts are touched */
    uint8_t background[WINDOW_DATA_SIZE];
    uint8_t expected[WINDOW_DATA_SIZE]; /* the data part as the run began */
};

void window_reset(struct window_memory *w, uint8_t *start);
/* Puts the instruction and the run's chunks into a window that is as after window_reset. */
void window_prepare(struct window_memory *w, const struct run *r);
/* Puts back what the machine itself wrote, not the instruction: `size` bytes at a window offset in the data part; elsewhere nothing is done. */
void window_forgive(struct window_memory *w, uint64_t offset, uint32_t size);
/* Writes down what the run changed, and makes the window as after window_reset. */
void window_collect(struct window_memory *w, const struct run *r, struct run_result *result);

#endif
