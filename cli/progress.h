/* What a subcommand says to a terminal while it works for more than a second, and how much is said at all. */
#ifndef POPEK_CLI_PROGRESS_H
#define POPEK_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* `--quiet` and `--verbose`, which every subcommand takes. Errors are said in any case. */
enum loudness { LOUDNESS_QUIET, LOUDNESS_USUAL, LOUDNESS_VERBOSE };
void progress_loudness(enum loudness l);

/* Standard error is a terminal, and nobody asked for quiet. */
bool progress_wanted(void);
/* From now on a line on standard error, if that is a terminal, says that `what` is being done; it shows after a second and is renewed. `what` must
 * live on. */
void progress_begin(const char *what);
/* How much of it is done; `context` is not looked at. */
void progress_step(void *context, size_t done, size_t total);
/* Takes the line away; before anything else is written. May be called at any time, also when there is no line. */
void progress_end(void);

/* A line for `--verbose`: what was done, and the processor time since the start of the program. */
void progress_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
