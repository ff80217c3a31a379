/* Files in memory that may become shorter while they are read. Internal to the scanner. */
#ifndef POPEK_SCANNER_MAPPING_H
#define POPEK_SCANNER_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping {
    const uint8_t *bytes;
    size_t size;
    int slot;
};

/* Maps the file of the descriptor, which may be closed afterwards. While there are mappings, the process has a handler of SIGBUS that puts zeros
 * where a file has ended; a SIGBUS elsewhere does what it did before. False: it cannot be mapped. Threads may map and unmap at the same time. */
bool mapping_open(struct mapping *m, int file, size_t size);
/* Returns whether the file became shorter while it was mapped, so that what was read of it is not the file. */
bool mapping_close(struct mapping *m);

#endif
