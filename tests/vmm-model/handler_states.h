/* States for the handlers of the x86 monitor: each handler against the emitted step of its form. */
#ifndef POPEK_TESTS_HANDLER_STATES_H
#define POPEK_TESTS_HANDLER_STATES_H

#include "../../isa-model/emitted_handlers.h"
#include "../isa-model/emitted_states.h"

extern const struct emitted_isa x86_emitted;
extern const struct handlers_isa x86_handlers;

struct handled;
/* NULL: out of memory, or the tables do not belong to this isa. */
struct handled *handled_new(const struct isa *isa, uint64_t seed);
void handled_free(struct handled *h);
/* The handler that the next states are for. False: it has no emitted step, or not the operands and choices of it. */
bool handled_choose(struct handled *h, size_t handler);
/* A new state, random as of emitted_states.h. */
void handled_next(struct handled *h);
/* The last state with a few inputs changed, which is quicker; where the step reads arrays, as handled_next. */
void handled_change(struct handled *h);
/* Takes over a state that a solver found. */
void handled_take(struct handled *h, const struct valuation *before);
/* Runs the handler and the step. False when they differ; `difference` of `size` bytes says in what. */
bool handled_agree(struct handled *h, char *difference, size_t size);
/* Whether the step reads arrays. */
bool handled_reads_arrays(const struct handled *h);
/* The outcome of the last step: 0 done, 1 memory trap, 2 + vector. */
uint32_t handled_outcome(const struct handled *h);

#endif
