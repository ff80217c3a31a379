/* One state through the reference and through a handler, and the difference. Internal to the checker. */
#ifndef POPEK_CHECKER_RUN_H
#define POPEK_CHECKER_RUN_H

#include "plugin.h"

#define RUN_ARRAYS 24u
#define RUN_ROOM 96u /* elements of an array */

struct run_arrays {
    struct emitted_array *by_leaf; /* as the emitted steps take them */
    unsigned char *index, *value;  /* RUN_ARRAYS times RUN_ROOM times 16 bytes */
};
/* What a step left behind. */
struct step_effect {
    uint32_t code; /* as emitted steps return it: 0 done, 1 memory trap, 2 and the vector; or RUN_UNHANDLED */
    uint64_t argument;
    unsigned char *state;
    word128 *operands;
    struct run_arrays arrays;
};
#define RUN_UNHANDLED UINT32_MAX

/* What tells one kind of divergence from another. */
struct run_verdict {
    bool diverges;
    enum check_property property;
    uint32_t expected, seen; /* codes */
    uint64_t expected_argument, seen_argument;
    int place; /* what differs first: a leaf, leaf_count + an operand, or -1 */
};

struct runner;
/* NULL: out of memory. The state that the plug-in sees lies between pages that cannot be touched. */
struct runner *runner_new(const struct plugin *p);
void runner_free(struct runner *r);
/* False: the form has more arrays than there is room for. */
bool runner_choose(struct runner *r, const struct subject *s, popek_handle *handle);
/* Whether the address lies in the pages around what the plug-in was given. */
bool runner_guards(const struct runner *r, const void *address);
void runner_run(struct runner *r, const struct sample *x, struct run_verdict *v);
/* The reference alone; the result stays until the next run. */
const struct step_effect *runner_reference(struct runner *r, const struct sample *x, unsigned variant);
/* Of the last run: the list of what differs, at most `most`; returns how many there are. */
size_t runner_differences(struct runner *r, const struct sample *x, const struct run_verdict *v, struct check_difference *list, size_t most);
bool run_same(const struct run_verdict *a, const struct run_verdict *b);

#endif
