/* The instructions of the bare machine: generated C, proven to do what the generated ACSL says. */
#include "third_generation.h"

#include "third_generation_step.c"
