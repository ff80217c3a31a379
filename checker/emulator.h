/* One state through a whole emulator: bytes and memory made for it, and what is predicted of it. Internal to the checker. */
#ifndef POPEK_CHECKER_EMULATOR_H
#define POPEK_CHECKER_EMULATOR_H

#include "run.h"

#define CONCRETE_MEMORY 24u
#define CONCRETE_BYTES 16u
/* What the emulator was given. */
struct concrete {
    uint32_t length; /* of the bytes; 0: nothing was given */
    uint8_t bytes[16];
    unsigned char state[SAMPLE_STATE];
    uint32_t memory_count;
    struct {
        uint64_t address;
        uint32_t size;
        uint8_t bytes[CONCRETE_BYTES];
    } memory[CONCRETE_MEMORY];
};

struct emulator;
/* NULL: out of memory. */
struct emulator *emulator_new(const struct plugin *p, const struct matcher *m);
void emulator_free(struct emulator *e);
/* False: there are no bytes for the form. */
bool emulator_choose(struct emulator *e, const struct subject *s);
/* A state that cannot be given to an emulator is passed over: `seen` is RUN_UNHANDLED then. */
void emulator_run(struct emulator *e, const struct sample *x, struct run_verdict *v);
/* Of the last run. */
size_t emulator_differences(const struct emulator *e, struct check_difference *list, size_t most);
void emulator_tell(const struct emulator *e, struct concrete *c);

#endif
