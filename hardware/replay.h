/* States that a solver found, replayed on a machine. */
#ifndef POPEK_HARDWARE_REPLAY_H
#define POPEK_HARDWARE_REPLAY_H

#include "../isa-model/evaluate.h"
#include "hardware.h"

struct explanations;

enum replay_verdict {
    REPLAY_CONFIRMED,     /* the machine does what the evaluator does in this state */
    REPLAY_EXPLAINED,     /* it does something else, as the records say */
    REPLAY_REFUTED,       /* it does something else */
    REPLAY_NOT_REACHABLE, /* the backend cannot set the state up */
    REPLAY_VERDICT_COUNT
};
const char *replay_verdict_name(enum replay_verdict v);

struct replay_outcome {
    enum replay_verdict verdict;
    char reason[96];   /* NOT_REACHABLE: the component; EXPLAINED, REFUTED: what differs */
    const char *cause; /* EXPLAINED: of the record, as long as the explanations */
    char expected[96], seen[64];
};

struct replayer;
/* NULL when memory is exhausted. The arguments must live as long as it. `explanations`: the recorded differences of this machine, NULL: none. */
struct replayer *replayer_new(const struct isa *isa, const struct matcher *m, struct backend *b, struct explanations *explanations);
void replayer_free(struct replayer *r);
/* `before` is a state, `other` the second state of a witness of two (else NULL), `expected` what the evaluator does from `before`. The mode and the
 * privilege level are as in `before`, and so is every component that the two states differ in; addresses of code, stack and memory operands are the
 * backend's own. What else the machine cannot have (the monitor's own tables, say) is as the machine has it, as long as the outcome is the same
 * there; otherwise the state is not reachable. False: out of resources. */
bool replay_state(struct replayer *r, unsigned form, unsigned mode, const struct valuation *before, const struct valuation *other,
                  const struct step_result *expected, struct replay_outcome *outcome);

#endif
