/* Where the guest's serial port receives its bytes from. */
#ifndef POPEK_MACHINE_SERIAL_SOURCE_H
#define POPEK_MACHINE_SERIAL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes are numbered from 0, so that several machines can receive the same. Whoever asks for a number has taken those before it. */
struct serial_source {
    /* The byte can be had now. */
    bool (*ready)(void *context, size_t number);
    /* One that is ready. */
    uint8_t (*take)(void *context, size_t number);
    /* Waits until it is ready, at most so many microseconds. False: it will never be. */
    bool (*wait)(void *context, size_t number, uint64_t microseconds);
    void *context;
};

#endif
