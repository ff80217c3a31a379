/* The keyboard controller 8042, with a keyboard on which nobody types. IBM PC AT technical reference, keyboard controller; commands that make it
 * reset the processor or test itself, and those of the keyboard that drivers send first. */
#include "devices.h"

#define LINE 1u
#define STATUS_FULL 1u
#define STATUS_SYSTEM 4u
#define STATUS_UNLOCKED 0x10u
#define COMMAND_INTERRUPT 1u
#define KEYBOARD_ACKNOWLEDGES 0xFAu

static void answer(struct keyboard *k, uint8_t byte) {
    k->output = byte;
    k->full = true;
    interrupt_line(k->interrupts, LINE, (k->command_byte & COMMAND_INTERRUPT) != 0);
}

static uint8_t read_port(void *context, uint16_t port) {
    struct keyboard *k = context;
    (void)port;
    k->full = false;
    interrupt_line(k->interrupts, LINE, false);
    return k->output;
}

static void write_command(struct keyboard *k, uint8_t value) {
    k->command = value;
    switch (value) {
    case 0x20:
        answer(k, k->command_byte);
        break;
    case 0xAA: /* self-test: good */
        answer(k, 0x55);
        break;
    case 0xAB: /* test of the lines: good */
        answer(k, 0x00);
        break;
    case 0xFE:
        *k->reset = true;
        break;
    default:
        break;
    }
}

static void write_port(void *context, uint16_t port, uint8_t value) {
    struct keyboard *k = context;
    (void)port;
    uint8_t command = k->command;
    k->command = 0;
    if (command == 0x60) {
        k->command_byte = value;
    } else if (command != 0xD1) { /* D1: the output port, where A20 is always on */
        answer(k, KEYBOARD_ACKNOWLEDGES);
    }
}

static uint8_t read_status(void *context, uint16_t port) {
    const struct keyboard *k = context;
    (void)port;
    return (uint8_t)(STATUS_UNLOCKED | STATUS_SYSTEM | (k->full ? STATUS_FULL : 0));
}

static void write_status(void *context, uint16_t port, uint8_t value) {
    (void)port;
    write_command(context, value);
}

bool keyboard_attach(struct keyboard *k, struct ports *ports, struct interrupt_controllers *interrupts, bool *reset) {
    *k = (struct keyboard){.interrupts = interrupts, .reset = reset};
    return ports_add(ports, &(struct device){"8042 data", 0x60, 1, read_port, write_port, k}) &&
           ports_add(ports, &(struct device){"8042 command", 0x64, 1, read_status, write_status, k});
}
