/* A folder for files that other programs read and write while a command runs. */
#ifndef POPEK_CLI_TEMPORARY_H
#define POPEK_CLI_TEMPORARY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes a new folder in $TMPDIR or /tmp; its path goes to `folder`. False: none can be made (errno), or the path is longer. */
bool temporary_make(char *folder, size_t size);
/* With all that is in it. */
void temporary_remove(const char *folder);

#endif
