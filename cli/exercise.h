/* What exercise 7 needs of the machine that it runs on. */
#ifndef POPEK_CLI_EXERCISE_H
#define POPEK_CLI_EXERCISE_H

#include "../course/exercise.h"

/* Proves the handler in the file against the contract of the tables, in a folder that is removed. EXIT_FINE: it is judged; else a message was
 * written. */
int prove_exercise(const char *path, struct exercise_result *result);

#endif
