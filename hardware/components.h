/* The tables' state components and the state of a machine under test: which is which. */
#ifndef POPEK_HARDWARE_COMPONENTS_H
#define POPEK_HARDWARE_COMPONENTS_H

#include "state.h"

struct component {
    const char *name; /* of the tables' leaf */
    uint16_t offset;  /* in struct machine_state */
    uint8_t bit, width;
};

/* NULL when the state of the machine has no such part. */
const struct component *component_find(const char *name);
uint64_t component_get(const struct component *c, const struct machine_state *s);
void component_set(const struct component *c, struct machine_state *s, uint64_t value);

/* The parts of the state as people name them, for reports; at most 64 bits each. */
struct state_part {
    char name[16];
    uint16_t offset, size; /* bytes */
};
size_t state_part_count(void);
struct state_part state_part(size_t i);
uint64_t state_part_get(const struct state_part *p, const struct machine_state *s);

/* The x87 tag word that belongs to the registers (SDM vol. 1, 8.1.7). */
uint16_t x87_full_tag(const struct machine_state *s);

#endif
