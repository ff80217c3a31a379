/* Files that are part of the program: the built-in tables. The table itself is generated, see tools/embed.sh. */
#ifndef POPEK_EMBEDDED_H
#define POPEK_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *path;        /* "x86-tables/x86.isa" */
    const char *start, *end; /* the text, end excluded */
};

extern const struct embedded_file embedded_files[];
extern const size_t embedded_file_count;

/* The file whose path ends so ("classes/x86.kinds"); NULL: there is none. */
const struct embedded_file *embedded_find(const char *ending);
/* The text of x86-tables/hardware_differences.txt; NULL: it is not there. */
const char *recorded_differences(void);

#endif
