/* A machine with a guest in it: bare, or a virtual one under a monitor. The same face for the proven C and for the model of any teaching machine. */
#ifndef POPEK_SIMULATED_MACHINE_H
#define POPEK_SIMULATED_MACHINE_H

#include "interrupt.h"
#include "target.h"

#define MACHINE_MOST_DEPTH 64u

enum machine_kind {
    MACHINE_BARE,
    MACHINE_VMM,    /* the monitor of Theorem 1 */
    MACHINE_HYBRID, /* that of Theorem 3: virtual supervisor code is interpreted */
    MACHINE_NESTED  /* Theorem 2: `depth` monitors, one in the other */
};

struct machine_request {
    enum machine_kind kind;
    unsigned depth;    /* MACHINE_NESTED: 1 to MACHINE_MOST_DEPTH */
    uint32_t words;    /* the guest's storage, TARGET_TRAP_WORDS to 65536 */
    uint32_t interval; /* of the virtual timer, in guest instructions; 0: no timer */
    uint64_t seed;     /* of what the description leaves undefined; the model alone has such */
};

/* Where a guest lies: a window in a window in the real storage. Neighbours are other virtual machines that nobody may touch. */
struct placement {
    uint16_t *storage, *initial; /* the real storage now, and as it was before the first step */
    uint32_t count;
    unsigned depth;                              /* 0: the guest has the real storage */
    uint32_t origin[MACHINE_MOST_DEPTH + 1];     /* by level; relative to the storage of the level below */
    uint32_t words[MACHINE_MOST_DEPTH + 1];      /* level 0: the real storage */
    uint32_t real_place[MACHINE_MOST_DEPTH + 1]; /* the sum of the origins */
};

struct machine_step {
    unsigned outcome; /* OUTCOME_... */
    bool direct;      /* done on the real processor; no monitor was entered */
    bool failed;      /* memory is exhausted; the step did not happen */
};

struct machine;
struct machine_operations {
    void (*step)(struct machine *m, struct machine_step *result);
    /* Delivers an interrupt that is due: OUTCOME_TIMER or OUTCOME_DONE. */
    unsigned (*interrupt)(struct machine *m);
    /* The guest's processor, by component of the target. */
    void (*read)(const struct machine *m, word128 *values);
    /* The real processor, where the guest's direct instructions run; without a monitor the same as `read`. */
    void (*read_real)(const struct machine *m, word128 *values);
    void (*write)(struct machine *m, const word128 *values);
    /* The guest's next instruction; false: the counter reaches no word. */
    bool (*fetch)(const struct machine *m, uint16_t *instruction);
    void (*free)(struct machine *m);
};
struct machine {
    const struct machine_operations *operations;
    const struct target *target;
    struct placement place;
    struct timer timer;
    uint64_t entries; /* how often a monitor was entered, all monitors together */
    bool escaped;     /* the real processor left user mode, or its relocation register changed, while a guest ran on it */
};

/* A machine as it is when it is switched on, its storage zero. NULL: memory is exhausted, or there is no room; `*message` says which.
 * machine_new_proven: the C of vmm-model, for the built-in third generation machine alone. machine_new_model: any teaching machine, by the evaluator.
 */
struct machine *machine_new_proven(const struct target *t, const struct machine_request *request, const char **message);
struct machine *machine_new_model(const struct target *t, const struct machine_request *request, const char **message);
void machine_free(struct machine *m);

/* The guest's own words, as many as were asked for. */
uint16_t *machine_words(const struct machine *m);
uint32_t machine_word_count(const struct machine *m);
/* Remembers the storage as it is: what lies outside of the window must stay so. */
void machine_seal(struct machine *m);
/* Words that are not the guest's and are not the trap words of a machine that a monitor has, and that changed since machine_seal. */
uint32_t machine_outside_changed(const struct machine *m);

/* placement.c, for those who make machines. False: no room or no memory. */
bool placement_new(struct placement *p, const struct machine_request *request, const char **message);
void placement_free(struct placement *p);

#endif
