/* What a classification cost. */
#ifndef POPEK_STATISTICS_H
#define POPEK_STATISTICS_H

#include "../classifier/classifier.h"

#include <stdio.h>

void print_statistics(FILE *to, const struct classification *c);

#endif
