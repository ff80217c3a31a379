/* The I/O ports: finds the device behind a port. */
#include "ports.h"

#include <stddef.h>

bool ports_add(struct ports *p, const struct device *d) {
    if (p->count == MOST_DEVICES) {
        return false;
    }
    p->devices[p->count++] = *d;
    return true;
}

static const struct device *find(const struct ports *p, uint16_t port) {
    for (unsigned i = 0; i < p->count; i++) {
        if (port >= p->devices[i].first && port - p->devices[i].first < p->devices[i].count) {
            return &p->devices[i];
        }
    }
    return NULL;
}

uint32_t ports_read(struct ports *p, uint16_t port, unsigned bytes) {
    uint32_t value = 0;
    p->accesses++;
    for (unsigned i = 0; i < bytes; i++) {
        uint16_t at = (uint16_t)(port + i);
        const struct device *d = find(p, at);
        uint8_t byte = d == NULL ? 0xFF : d->read(d->context, (uint16_t)(at - d->first));
        value |= (uint32_t)byte << (8 * i);
    }
    return value;
}

void ports_write(struct ports *p, uint16_t port, unsigned bytes, uint32_t value) {
    p->accesses++;
    for (unsigned i = 0; i < bytes; i++) {
        uint16_t at = (uint16_t)(port + i);
        const struct device *d = find(p, at);
        if (d != NULL) {
            d->write(d->context, (uint16_t)(at - d->first), (uint8_t)(value >> (8 * i)));
        }
    }
}
