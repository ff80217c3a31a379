/* Many files: directories walked, files scanned side by side. */
#ifndef POPEK_SCANNER_BATCH_H
#define POPEK_SCANNER_BATCH_H

#include "scanner.h"

struct scan_paths {
    char **paths;
    bool *found; /* in a directory, so that a file that is no binary is no error */
    size_t count;
};

/* Adds a file, or the regular files below a directory in the order of their names; symbolic links below it are not followed. False when memory is
 * exhausted. A path that does not exist is added as it is: scanning it says so. */
bool scan_paths_add(struct scan_paths *p, const char *path);
void scan_paths_free(struct scan_paths *p);

/* Called by one thread at a time. */
typedef void (*scan_progress)(void *context, size_t done, size_t count, const char *path);

/* results[i] is that of path i. With several files the threads of the question share the files; with one, its code. `progress` may be NULL. */
void scan_all(const struct scan_question *q, const struct scan_paths *p, struct scan_result *results, scan_progress progress, void *context);

#endif
