/* Random programs for the teaching machine. */
#include "random_program.h"

#include <string.h>

#define STEPS_OF_A_PROGRAM 120u

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Mostly instructions, and small numbers so that addresses and status words are often good. */
static uint16_t random_word(const struct target *t, uint32_t *seed) {
    uint32_t r = next_random(seed);
    if ((r & 3) == 0) {
        return (uint16_t)((r >> 8) % 40);
    }
    const struct word_encoding *e = &t->encodings[(r >> 4) % t->encoding_count];
    return (uint16_t)(e->operation | (r >> 16 & 0x77));
}

void randomize(struct machine *a, struct machine *b, uint32_t *seed) {
    const struct target *t = a->target;
    word128 values[TARGET_COMPONENTS];
    a->operations->read(a, values);
    for (unsigned i = 0; i < t->component_count; i++) {
        const struct leaf *leaf = &t->isa->leaves[t->components[i].leaf];
        values[i] = i == t->size ? values[i] : leaf->class == CLASS_STORAGE ? (next_random(seed) >> 8) % 40 : 0;
    }
    values[t->counter] = TARGET_TRAP_WORDS;
    values[t->bound] = machine_word_count(a);
    for (uint32_t i = 0; i < machine_word_count(a); i++) {
        machine_words(a)[i] = random_word(t, seed);
    }
    /* A new program status word with which something can be done. */
    machine_words(a)[8] = (uint16_t)(next_random(seed) >> 8 & 1);
    machine_words(a)[9] = (uint16_t)(next_random(seed) >> 8 & 31);
    machine_words(a)[10] = (uint16_t)(next_random(seed) >> 8 & 7);
    machine_words(a)[11] = (uint16_t)(machine_word_count(a) - (next_random(seed) >> 8 & 7));
    a->operations->write(a, values);
    b->operations->write(b, values);
    memcpy(machine_words(b), machine_words(a), machine_word_count(a) * sizeof(uint16_t));
}

void run_random(struct machine *reference, struct machine *machine, uint64_t steps, uint32_t seed, struct random_run *result) {
    const struct simulation_trace no_trace = {NULL, NULL};
    static struct simulation s;
    memset(result, 0, sizeof *result);
    machine_seal(machine);
    while (result->steps < steps) {
        randomize(reference, machine, &seed);
        simulate(reference, machine, STEPS_OF_A_PROGRAM, &no_trace, &s);
        result->steps += s.counts.steps;
        result->direct += s.counts.direct;
        result->interrupts += s.counts.outcomes[OUTCOME_TIMER];
        result->traps += s.counts.steps - s.counts.outcomes[OUTCOME_DONE];
        result->different += s.end == END_DIFFERENT || s.end == END_FAILED ? 1 : 0;
        result->outside += machine_outside_changed(machine) > 0 ? 1 : 0;
        if (s.end == END_DIFFERENT || s.counts.steps == 0) {
            return;
        }
    }
}
