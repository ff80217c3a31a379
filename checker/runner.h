/* The working memory of a runner, and its arrays. Internal to the checker. */
#ifndef POPEK_CHECKER_RUNNER_H
#define POPEK_CHECKER_RUNNER_H

#include "host.h"
#include "run.h"

#define PAGE 4096u
#define GUARDED_PAGES 2u /* readable and writable ones between two that are not */
#define CANARY 0xA5u
#define VARIANTS 6u
#define CONFIRMING 64u /* something open may have been chosen too seldom */
#define CONFIRMING_AGAIN 1024u

struct runner {
    const struct plugin *plugin;
    const struct subject *subject;
    popek_handle *handle;
    unsigned char *pages; /* guard, two pages, guard; the state ends where the second guard begins */
    unsigned char *seen_state;
    struct popek_operand *seen_list; /* at the end of the first of the two pages */
    _Alignas(16) unsigned char expected_state[SAMPLE_STATE];
    unsigned char known[SAMPLE_STATE];
    word128 expected_operands[SAMPLE_OPERANDS], seen_operands[SAMPLE_OPERANDS], known_operands[SAMPLE_OPERANDS];
    struct step_effect expected, seen;
    struct run_arrays first; /* of the first possible result with the outcome that was seen, and elements that others have beside them */
    word128 *known_elements; /* by element of `first`: bits that are the same in all of them */
    unsigned char *compared; /* mask of the state: what is not ignored */
    struct popek_host host;
    bool stray; /* the host was asked to write what it does not have */
};

word128 array_get(const struct emitted_component *c, const struct emitted_array *a, word128 index);
bool array_has(const struct emitted_component *c, const struct emitted_array *a, word128 index);
/* The arrays of a state. */
void arrays_load(const struct subject *s, const struct sample *x, struct run_arrays *a);
/* Takes the arrays of one more possible result into account; `again` is false for the first. */
void arrays_merge(struct runner *r, bool again);
/* What is certain of the arrays, and not ignored, is as it was seen. */
bool arrays_agree(const struct runner *r);
/* Those that are not ignored are the same after both. */
bool same_arrays(const struct runner *r);
/* Fills in what the plug-in may call. */
void runner_offer(struct runner *r, struct popek_call *call);

#endif
