/* What a mutant that no state told from its form is: no fault at all, a fault in what the tables leave open, or one that was missed. */
#ifndef POPEK_TESTS_MUTANT_JUDGE_H
#define POPEK_TESTS_MUTANT_JUDGE_H

#include "../../isa-model/isa.h"

#include <stdio.h>

enum mutant_standing {
    MUTANT_NO_FAULT,  /* proven: no state of the mode tells it from the form */
    MUTANT_OPEN,      /* what it changes is an undefined value, one of an opaque function, or a check of such a value */
    MUTANT_UNDECIDED, /* the solver gave up */
    MUTANT_MISSED
};

struct mutant_judge;
/* Both tables stay the caller's: as they are, and with isa_options.mutants. NULL: out of memory. */
struct mutant_judge *mutant_judge_new(struct isa *isa, struct isa *mutated, unsigned resource_limit);
void mutant_judge_free(struct mutant_judge *j);
/* `number` as ISA_MUTANT_DROPS and the like. A state that shows the fault is written to `witness`: NAME=VALUE, blanks between. */
enum mutant_standing mutant_judge_ask(struct mutant_judge *j, unsigned form, unsigned mode, unsigned number, FILE *witness);
/* How many components the form changes, and array elements it writes: so many mutants leave one change out. */
size_t mutant_changes(const struct isa *isa, const struct semantics *m);
/* The component whose change the mutant leaves out; `change` is less than mutant_changes. */
const char *mutant_component(const struct isa *isa, const struct semantics *m, size_t change);

#endif
