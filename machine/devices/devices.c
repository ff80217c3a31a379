/* All devices at their ports, and the port through which a guest ends the run. */
#include "devices.h"

#define EXIT_PORT 0xF4u /* as the isa-debug-exit device of other emulators */

static uint8_t read_exit(void *context, uint16_t port) {
    (void)context;
    (void)port;
    return 0;
}

static void write_exit(void *context, uint16_t port, uint8_t value) {
    struct devices *d = context;
    (void)port;
    d->ended = true;
    d->exit_code = value;
}

bool devices_attach(struct devices *d, struct ports *ports, const uint64_t *executed, uint32_t memory_size) {
    return interrupt_controllers_attach(&d->interrupts, ports) && timer_attach(&d->timer, ports, &d->interrupts, executed) &&
           serial_attach(&d->serial, ports, &d->interrupts, executed) && clock_attach(&d->clock, ports, &d->interrupts, executed, memory_size) &&
           keyboard_attach(&d->keyboard, ports, &d->interrupts, &d->reset) && display_attach(&d->display, ports) &&
           ports_add(ports, &(struct device){"exit", EXIT_PORT, 1, read_exit, write_exit, d});
}
