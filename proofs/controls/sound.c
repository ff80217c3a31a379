/* A unit that is as it should be: the judge must let it pass. */
#include "doubled.h"

uint32_t doubled(uint32_t x) { return x * 2u; }
