/* What the native backend finds out about the machine. Internal to it. */
#ifndef POPEK_HARDWARE_NATIVE_WORLD_H
#define POPEK_HARDWARE_NATIVE_WORLD_H

#include "hardware.h"

#define NATIVE_WORLDS 3u
#define NATIVE_FACTS 1024u

struct native_worlds {
    struct world worlds[NATIVE_WORLDS];
    size_t count;
    struct environment_fact facts[NATIVE_FACTS];
    size_t fact_count;
    char description[1024];
};

/* Fills the worlds; runs a few instructions with the backend to see what the system software does. Why it cannot be, else NULL. */
const char *native_find_worlds(struct backend *b, struct native_worlds *w);

#endif
