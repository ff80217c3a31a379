/* The working memory of an emulator under test. Internal to the checker. */
#ifndef POPEK_CHECKER_EMULATION_H
#define POPEK_CHECKER_EMULATION_H

#include "emulator.h"
#include "host.h"

#include "../hardware/choose.h"
#include "../hardware/compare.h"
#include "../hardware/components.h"
#include "../hardware/operands.h"
#include "../hardware/predict.h"

#define FACTS 1024u

/* Bytes of descriptors and task states. */
struct island {
    uint64_t address;
    uint32_t size;
    uint8_t bytes[16];
};
struct emulator {
    const struct plugin *plugin;
    const struct matcher *matcher;
    const struct subject *subject;
    struct world worlds[MATCHER_MODE_COUNT];
    struct predictor *predictors[MATCHER_MODE_COUNT];
    struct environment_fact facts[FACTS];
    size_t fact_count;
    enum matcher_mode mode;
    bool has_register, has_memory, encodable;
    const struct component **components; /* by leaf */
    bool *addresses;                     /* by leaf: the window's own */
    bool *segments;                      /* by leaf: part of a segment register */
    struct island islands[SAMPLE_ELEMENTS];
    size_t island_count;
    struct run run;
    struct decoded decoded;
    struct run_result result;
    struct prediction prediction;
    struct difference differences[DIFFERENCES_MOST];
    size_t difference_count;
    uint8_t data[WINDOW_DATA_SIZE]; /* as the emulator left it */
    uint64_t code;                  /* linear address of the instruction */
    bool stray;
    struct popek_host host;
    _Alignas(16) unsigned char state[SAMPLE_STATE]; /* struct x86 */
    _Alignas(16) unsigned char given[SAMPLE_STATE];
    uint8_t vectors[32][64];
    uint64_t masks[8];
    struct sample sample; /* arrays as the emulator changes them */
};

/* Bytes, registers and memory for a state. False: it cannot be given to an emulator. */
bool make_concrete(struct emulator *e, const struct sample *x);
/* A byte of descriptors and task states; *found is left alone where there is none. */
uint8_t island_byte(const struct emulator *e, uint64_t address, bool *found);
/* Has the emulator run it; what it did is in e->result. */
void call_emulator(struct emulator *e, const struct sample *x);
/* Fills in what the emulator may call. */
void emulator_offer(struct emulator *e, struct popek_call *call);

#endif
