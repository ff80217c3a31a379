/* The I/O ports: devices say which ports are theirs. */
#ifndef POPEK_MACHINE_PORTS_H
#define POPEK_MACHINE_PORTS_H

#include <stdbool.h>
#include <stdint.h>

/* A device's answer to accesses of one byte; `port` is relative to its first one. */
struct device {
    const char *name;
    uint16_t first, count;
    uint8_t (*read)(void *context, uint16_t port);
    void (*write)(void *context, uint16_t port, uint8_t value);
    void *context;
};
#define MOST_DEVICES 16u
struct ports {
    struct device devices[MOST_DEVICES];
    unsigned count;
    uint64_t accesses;
};
/* False: there is no room. */
bool ports_add(struct ports *p, const struct device *d);
/* Accesses of 1, 2 or 4 bytes are made of bytes at consecutive ports. Where nothing is, all bits are 1 and writes are lost. */
uint32_t ports_read(struct ports *p, uint16_t port, unsigned bytes);
void ports_write(struct ports *p, uint16_t port, unsigned bytes, uint32_t value);

#endif
