/* A folder for files that other programs read and write. */
#include "temporary.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

bool temporary_make(char *folder, size_t size) {
    const char *base = getenv("TMPDIR");
    int length = snprintf(folder, size, "%s/popek-XXXXXX", base == NULL || base[0] == '\0' ? "/tmp" : base);
    return length > 0 && (size_t)length < size && mkdtemp(folder) != NULL;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void temporary_remove(const char *folder) { (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }
