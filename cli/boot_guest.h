/* Machines of their own for runs that are compared. */
#ifndef POPEK_CLI_BOOT_GUEST_H
#define POPEK_CLI_BOOT_GUEST_H

#include "../machine/computer.h"

/* What is booted; `name` is for messages. */
struct guest_program {
    const char *name, *command_line;
    const uint8_t *bytes;
    size_t size;
};
/* A machine with so many bytes of memory that has booted the program; NULL after a message. */
struct computer *boot_guest(const struct decoder *decoder, const struct guest_program *program, uint32_t memory);

#endif
