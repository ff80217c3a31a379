/* The keyboard controller 8042, with a keyboard on which nobody types, and system control port A. IBM PC AT technical reference, keyboard controller
 * and keyboard; IBM PS/2 hardware interface technical reference, system control port A. Commands that test the controller or the keyboard, ask what
 * it is, and reset the processor. Address line A20 can be switched and is always on. Left out: a mouse. */
#include "devices.h"

#include <string.h>

#define LINE 1u
#define STATUS_FULL 1u
#define STATUS_SYSTEM 4u
#define STATUS_COMMAND 8u
#define STATUS_UNLOCKED 0x10u
#define COMMAND_INTERRUPT 1u
#define COMMAND_DISABLED 0x10u       /* of the keyboard */
#define COMMAND_MOUSE_DISABLED 0x20u /* of the second device, which is not there */
#define INPUT_PORT 0xA0u             /* the keyboard is not locked, no manufacturer's jumper */
#define KEYBOARD_ACKNOWLEDGES 0xFAu
#define OUTPUT_NO_RESET 1u
#define OUTPUT_A20 2u

static void update(struct keyboard *k) { interrupt_line(k->interrupts, LINE, k->count > 0 && (k->memory[0] & COMMAND_INTERRUPT) != 0); }

static void answer(struct keyboard *k, uint8_t byte) {
    if (k->count < KEYBOARD_WAITING) {
        k->waiting[k->count++] = byte;
    }
    update(k);
}

/* The line goes down between two bytes, so that each interrupts. */
static uint8_t read_port(void *context, uint16_t port) {
    struct keyboard *k = context;
    (void)port;
    if (k->count > 0) {
        k->last = k->waiting[0];
        memmove(k->waiting, k->waiting + 1, --k->count);
        interrupt_line(k->interrupts, LINE, false);
        update(k);
    }
    return k->last;
}

static void set_output(struct keyboard *k, uint8_t value) {
    k->output_port = value;
    *k->reset = *k->reset || (value & OUTPUT_NO_RESET) == 0;
}

static void write_command(struct keyboard *k, uint8_t value) {
    k->command = value;
    switch (value) {
    case 0xA7:
        k->memory[0] |= COMMAND_MOUSE_DISABLED;
        break;
    case 0xA8:
        k->memory[0] &= (uint8_t)~COMMAND_MOUSE_DISABLED;
        break;
    case 0xAD:
        k->memory[0] |= COMMAND_DISABLED;
        break;
    case 0xAE:
        k->memory[0] &= (uint8_t)~COMMAND_DISABLED;
        break;
    case 0xC0:
        answer(k, INPUT_PORT);
        break;
    case 0xAA: /* self-test: good */
        answer(k, 0x55);
        break;
    case 0xA9: /* tests of the lines: good */
    case 0xAB:
        answer(k, 0x00);
        break;
    case 0xD0:
        answer(k, k->output_port);
        break;
    default: /* 20 to 3F: its memory; F0 to FF: the bits that are 0 are pulsed */
        if (value >= 0x20 && value < 0x20 + KEYBOARD_MEMORY) {
            answer(k, k->memory[value - 0x20]);
        } else if (value >= 0xF0 && (value & OUTPUT_NO_RESET) == 0) {
            *k->reset = true;
        }
        break;
    }
}

/* A byte for the keyboard. LEDs, scan codes and rate have a parameter. */
static void write_keyboard(struct keyboard *k, uint8_t value) {
    uint8_t command = k->keyboard_command;
    k->keyboard_command = 0;
    if (command == 0 && value == 0xEE) { /* echo */
        answer(k, value);
        return;
    }
    answer(k, KEYBOARD_ACKNOWLEDGES);
    if (command == 0xF0 && value == 0) { /* which scan codes: the second set */
        answer(k, 2);
    } else if (command == 0 && value == 0xFF) { /* reset: the test of the keyboard is good */
        answer(k, 0xAA);
    } else if (command == 0 && value == 0xF2) { /* a keyboard MF2 */
        answer(k, 0xAB);
        answer(k, 0x83);
    } else if (command == 0 && (value == 0xED || value == 0xF0 || value == 0xF3)) {
        k->keyboard_command = value;
    }
}

static void write_port(void *context, uint16_t port, uint8_t value) {
    struct keyboard *k = context;
    (void)port;
    uint8_t command = k->command;
    k->command = 0;
    if (command >= 0x60 && command < 0x60 + KEYBOARD_MEMORY) {
        k->memory[command - 0x60] = value;
        update(k);
    } else if (command == 0xD2) { /* as if the keyboard had sent it */
        answer(k, value);
    } else if (command == 0xD1) {
        set_output(k, value);
    } else { /* what is sent to the keyboard enables it */
        k->memory[0] &= (uint8_t)~COMMAND_DISABLED;
        write_keyboard(k, value);
    }
}

static uint8_t read_status(void *context, uint16_t port) {
    const struct keyboard *k = context;
    (void)port;
    return (uint8_t)(STATUS_UNLOCKED | STATUS_SYSTEM | (k->command != 0 ? STATUS_COMMAND : 0) | (k->count > 0 ? STATUS_FULL : 0));
}

static void write_status(void *context, uint16_t port, uint8_t value) {
    (void)port;
    write_command(context, value);
}

/* Bit 0 resets the processor, bit 1 is A20. */
static uint8_t read_system(void *context, uint16_t port) {
    const struct keyboard *k = context;
    (void)port;
    return k->output_port & OUTPUT_A20;
}

static void write_system(void *context, uint16_t port, uint8_t value) {
    struct keyboard *k = context;
    (void)port;
    k->output_port = (uint8_t)((k->output_port & ~OUTPUT_A20) | (value & OUTPUT_A20));
    *k->reset = *k->reset || (value & 1) != 0;
}

bool keyboard_attach(struct keyboard *k, struct ports *ports, struct interrupt_controllers *interrupts, bool *reset) {
    *k = (struct keyboard){.interrupts = interrupts, .reset = reset, .output_port = OUTPUT_NO_RESET | OUTPUT_A20};
    return ports_add(ports, &(struct device){"8042 data", 0x60, 1, read_port, write_port, k}) &&
           ports_add(ports, &(struct device){"8042 command", 0x64, 1, read_status, write_status, k}) &&
           ports_add(ports, &(struct device){"system control port A", 0x92, 1, read_system, write_system, k});
}
