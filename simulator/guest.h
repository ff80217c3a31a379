/* A guest program: the words of a machine's storage before it is switched on, and its timer. What `popek assemble` writes. */
#ifndef POPEK_GUEST_H
#define POPEK_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A guest file: the 8 bytes "POPEK3G\n", the interval of the timer and the number of words (32 bits each), then the words (16 bits each), from word 0
 * on; little-endian, and nothing behind them. */
struct guest {
    uint32_t interval; /* in instructions; 0: no timer */
    uint32_t count;
    uint16_t *words; /* owned by the guest */
};

/* True when bytes begin like a guest file. */
bool guest_recognize(const char *bytes, size_t size);
/* Reads a guest file. False: it is none, `*message` says why and is never freed. */
bool guest_read(const char *bytes, size_t size, struct guest *g, const char **message);
/* The bytes of a guest file; NULL: out of memory. The caller frees them. */
char *guest_write(const struct guest *g, size_t *size);
void guest_free(struct guest *g);

#endif
