/* Guest files. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC_SIZE 8u
#define HEADER_SIZE 16u
#define MOST_WORDS_OF_A_GUEST 65536u

static const char magic[MAGIC_SIZE] = {'P', 'O', 'P', 'E', 'K', '3', 'G', '\n'};

static uint32_t read_number(const char *at, unsigned bytes) {
    uint32_t value = 0;
    for (unsigned i = bytes; i > 0; i--) {
        value = value << 8 | (unsigned char)at[i - 1];
    }
    return value;
}

static void write_number(char *at, unsigned bytes, uint32_t value) {
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (char)(unsigned char)(value >> (8 * i) & 0xff);
    }
}

bool guest_recognize(const char *bytes, size_t size) { return size >= MAGIC_SIZE && memcmp(bytes, magic, MAGIC_SIZE) == 0; }

bool guest_read(const char *bytes, size_t size, struct guest *g, const char **message) {
    if (!guest_recognize(bytes, size)) {
        *message = "not a guest file";
        return false;
    }
    if (size < HEADER_SIZE) {
        *message = "the guest file ends within its header";
        return false;
    }
    uint32_t interval = read_number(bytes + MAGIC_SIZE, 4);
    uint32_t count = read_number(bytes + MAGIC_SIZE + 4, 4);
    if (count > MOST_WORDS_OF_A_GUEST) {
        *message = "the guest file claims more than 65536 words";
        return false;
    }
    if (size - HEADER_SIZE != 2 * (size_t)count) {
        *message = size - HEADER_SIZE < 2 * (size_t)count ? "the guest file is shorter than its header says"
                                                          : "the guest file is longer than its header says";
        return false;
    }
    uint16_t *words = malloc((count + 1) * sizeof *words);
    if (words == NULL) {
        *message = "out of memory";
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        words[i] = (uint16_t)read_number(bytes + HEADER_SIZE + 2 * (size_t)i, 2);
    }
    *g = (struct guest){interval, count, words};
    return true;
}

char *guest_write(const struct guest *g, size_t *size) {
    *size = HEADER_SIZE + 2 * (size_t)g->count;
    char *bytes = malloc(*size);
    if (bytes == NULL) {
        return NULL;
    }
    memcpy(bytes, magic, MAGIC_SIZE);
    write_number(bytes + MAGIC_SIZE, 4, g->interval);
    write_number(bytes + MAGIC_SIZE + 4, 4, g->count);
    for (uint32_t i = 0; i < g->count; i++) {
        write_number(bytes + HEADER_SIZE + 2 * (size_t)i, 2, g->words[i]);
    }
    return bytes;
}

void guest_free(struct guest *g) {
    free(g->words);
    *g = (struct guest){0, 0, NULL};
}
