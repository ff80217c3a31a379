/* Words that the text reports share. */
#ifndef POPEK_WORDING_H
#define POPEK_WORDING_H

#include "../classifier/classifier.h"

#include <stdio.h>

#define REPORT_WIDTH 80u

struct paint {
    const char *bold, *bad, *good, *unsure, *plain; /* escape sequences, or empty */
};
struct paint paint_for(bool coloured);

/* Writes words, wrapped to REPORT_WIDTH; `column` characters of the first line are already written, further lines are indented by `indent`. */
void write_wrapped(FILE *out, unsigned column, unsigned indent, const char *text);
/* The same of a format, from the indentation on, which it writes; no more than 2,000 characters. */
void write_wrapped_format(FILE *out, unsigned indent, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* "yes", "no" or "undecided". */
const char *answer_word(enum answer a);
/* What it means that Theorem 1, 2 or 3 holds, fails or is undecided. */
const char *theorem_sentence(unsigned number, enum answer holds);
/* The same of the question whether any form has a hole. */
const char *pointwise_sentence(enum answer a);
/* One sentence: why the form has its class. */
const char *why_sentence(const struct classification *c, const struct form_verdict *v);
/* The configuration as "cr4.umip=1 cr4.tsd=0 ..." or "no free bits". The caller frees it; NULL when memory is exhausted. */
char *configuration_text(const struct classification *c, unsigned bits);
/* "0x1f", or the name of the value of an enumeration. */
void value_text(const struct leaf *leaf, unsigned width, word128 value, char *text, size_t size);
/* What to say where the test of Theorem 1 and the question of holes have different answers (docs/theorem.md); NULL: they agree. */
const char *disagreement(const struct classification *c);

#endif
