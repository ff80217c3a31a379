/* States for handlers that a solver finds: where each check fails, where none does, and both sides of each comparison. */
#ifndef POPEK_TESTS_HANDLER_SEARCH_H
#define POPEK_TESTS_HANDLER_SEARCH_H

#include "handler_states.h"

struct found_state {
    size_t handler;
    struct valuation *before;
};
struct found_states {
    struct found_state *states;
    size_t count, asked, undecided, left_out;
};
#define FEW_TERMS 500u /* far transfers have more, and each takes the solver minutes */

/* For all handlers, or for the one with this name in C; those of more than `most` terms are left out and counted. The solver makes terms: handled_new
 * comes after it. NULL: out of memory, or the solver fails. */
struct found_states *find_states(struct isa *isa, const char *only, size_t most);
void found_states_free(struct found_states *f);
/* Runs the handler and the step from this state; as handled_agree. */
bool play_found_state(struct handled *h, const struct found_state *f, char *difference, size_t size);

#endif
