/* The fewest inputs that still show a divergence. Internal to the checker. */
#ifndef POPEK_CHECKER_MINIMISE_H
#define POPEK_CHECKER_MINIMISE_H

#include "run.h"

/* Sets whatever can be to 0 while `run` gives the same verdict. */
typedef void minimise_run(void *context, const struct sample *x, struct run_verdict *v);
void minimise(const struct subject *s, const struct plugin *p, struct sample *x, const struct run_verdict *verdict, minimise_run *run, void *context);

#endif
